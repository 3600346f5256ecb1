"""What a person is told at the end of a run, as plain data.

Belongs here: the record of one run. Not here: how it comes about (`run`, `execution`) and how it is shown (`cli`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from visceads.orchestration.intake import Verdict


@dataclass(frozen=True)
class RunSummary:
    """What one run did.

    Attributes:
        succeeded: whether the run came to its end; otherwise nothing was published.
        version: the version of the marts that is current now, or '' if none.
        is_new: whether this run published it.
        is_unchanged_input: whether nothing had changed since the last run, so that nothing was computed.
        is_synthetic: whether the publication is the demo release.
        verdicts: what became of every file of the raw folder.
        failures: sentences about failed steps and checks.
        warnings: sentences about checks that found something odd without stopping the run.
    """

    succeeded: bool
    version: str
    is_new: bool
    is_unchanged_input: bool = False
    is_synthetic: bool = False
    verdicts: tuple[Verdict, ...] = ()
    failures: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())

    @property
    def rejected(self) -> tuple[Verdict, ...]:
        """The refused files."""
        return tuple(verdict for verdict in self.verdicts if verdict.status == "rejected")

    @property
    def exit_code(self) -> int:
        """0 done, 1 finished with rejected inputs or failed checks."""
        return 0 if self.succeeded and not self.rejected else 1
