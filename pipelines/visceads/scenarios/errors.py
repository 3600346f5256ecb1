"""The one error of this room.

Belongs here: the error and the exit code that it leads to. Not here: the rules behind it.
"""

from __future__ import annotations


class ScenarioError(ValueError):
    """A scenario cannot be carried out; the message is a sentence that says where, why and what to do.

    Attributes:
        exit_code: 2 for a wrong file or a wrong question, 1 where the published tables cannot carry the scenario.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
