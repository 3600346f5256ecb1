"""What a person is told of a failed step: the innermost sentence, without class names and stacks."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from visceads.orchestration.execution import _cause


def _error(message: str, cause: object = None) -> object:
    return SimpleNamespace(message=message, cause=cause)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (_error("outer", _error("middle", _error("the sentence.\n"))), "the sentence."),
        (_error("visceads.lake.releases.MixedLakeError: the lake holds both"), "the lake holds both"),
        (_error("visceads.lake.bronze.BronzeError: a: b: c"), "a: b: c"),
        (_error("ValueError: not one of ours"), "ValueError: not one of ours"),
        (
            _error("dagster._core.errors.DagsterExecutionInterruptedError\n"),
            "stopped from outside (Ctrl-C or a signal) before its end; run again",
        ),
    ],
)
def test_the_cause_is_told_as_a_sentence(error: object, told: str):
    assert _cause(error) == told
