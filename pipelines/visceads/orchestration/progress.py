"""Progress of a run on a terminal.

Belongs here: a Dagster logger that passes the start and end of every step to a listener. Not here: drawing (`cli`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import dagster as dg

Listener = Callable[[str, str], None]
"""Called with the kind of event (`start`, `success`, `failure`, `note`) and the step or the sentence."""

_listeners: list[Listener] = []
_KINDS = {"STEP_START": "start", "STEP_SUCCESS": "success", "STEP_FAILURE": "failure"}


def listen(listener: Listener) -> Callable[[], None]:
    """Pass events of runs in this process to a listener; return the function that ends it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


class _StepHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is not None and event.event_type_value in _KINDS:
            self._tell(_KINDS[event.event_type_value], str(event.step_key))
        elif event is None and record.levelno >= logging.INFO and self._is_ours(meta):
            self._tell("note", str(meta.get("orig_message", record.getMessage())))

    @staticmethod
    def _is_ours(meta: Mapping[str, object]) -> bool:
        """What an asset of ours says; neither Dagster's own remarks nor the commands that the dbt integration calls."""
        step = str(meta.get("step_key") or "")
        return bool(step) and not step.startswith("dbt_")

    def _tell(self, kind: str, text: str) -> None:
        for listener in _listeners:
            listener(kind, text)


def _progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("visceads.progress")
    logger.addHandler(_StepHandler())
    return logger


progress_logger = dg.LoggerDefinition(
    _progress_logger, description="Passes the start and end of every step to the command line."
)
"""A logger without output of its own: listeners decide what is shown."""
