"""Validation of a frame against its contract, with all problems told as sentences.

Belongs here: running pandera on a collected frame and wording what it found. Not here: the rules (`base` and
the modules named as the groups).
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from visceads.contracts.base import LARGEST
from visceads.contracts.record import Contract

SHOWN_ROWS = 3
"""How many failing rows a sentence shows."""

_STRUCTURE = {
    SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME,
    SchemaErrorReason.COLUMN_NOT_IN_SCHEMA,
    SchemaErrorReason.COLUMN_NOT_ORDERED,
    SchemaErrorReason.WRONG_DATATYPE,
}


class ContractError(ValueError):
    """A frame breaks the contract of its table; the message names every problem found.

    Attributes:
        table: `group.table`.
        problems: one sentence each.
    """

    def __init__(self, table: str, problems: list[str]) -> None:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{table} breaks its contract and is not published ({count}):\n{listed}")
        self.table = table
        self.problems = tuple(problems)


def check_frame(contract: Contract, frame: pl.DataFrame) -> None:
    """Validate a collected frame against a contract: structure, values, key, reasons of nulls.

    Args:
        contract: the contract.
        frame: the collected frame. A LazyFrame is refused: pandera would look at its schema only.

    Raises:
        ContractError: with every problem as a sentence that names table, column, rule and the first failing
            rows.
    """
    if not isinstance(frame, pl.DataFrame):
        raise ContractError(
            contract.name,
            [f"the table came as a {type(frame).__name__}, whose values cannot be checked: collect it first"],
        )
    try:
        # An environment variable can switch pandera's value checks off; here they always run.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            contract.model.validate(frame, lazy=True)
    except SchemaErrors as errors:
        raise ContractError(contract.name, _problems(contract, frame, errors.schema_errors)) from None


def _problems(contract: Contract, frame: pl.DataFrame, errors: list[SchemaError]) -> list[str]:
    structural = [error for error in errors if error.reason_code in _STRUCTURE]
    others = [error for error in errors if error.reason_code not in _STRUCTURE]
    if structural:
        # A check that could not run because a column is absent or of another type adds nothing to the cause.
        others = [error for error in others if isinstance(error.check_output, pl.DataFrame)]
    others = [error for error in others if not _is_nan_told_twice(frame, error)]
    sentences = _structure_sentences(contract, frame) if structural else []
    return sentences + [_value_sentence(contract, frame, error) for error in others]


def _is_nan_told_twice(frame: pl.DataFrame, error: SchemaError) -> bool:
    """Whether pandera calls NaN a null; the finite check says it rightly."""
    is_null_check = error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS
    return is_null_check and error.schema.name in frame.columns and not frame[error.schema.name].null_count()


def _structure_sentences(contract: Contract, frame: pl.DataFrame) -> list[str]:
    expected = contract.model.to_schema().dtypes
    sentences = [f"the column '{name}' is missing" for name in expected if name not in frame.columns]
    sentences += [f"the column '{name}' is not part of the table" for name in frame.columns if name not in expected]
    sentences += [
        f"the column '{name}' has the type {frame.schema[name]}, but must have the type {dtype}"
        for name, dtype in expected.items()
        if name in frame.columns and frame.schema[name] != dtype.type
    ]
    if not sentences:
        sentences.append(
            f"the columns stand in the order {', '.join(frame.columns)}, but must stand in the order "
            f"{', '.join(expected)}"
        )
    return sentences


def _value_sentence(contract: Contract, frame: pl.DataFrame, error: SchemaError) -> str:
    passed = error.check_output
    if not isinstance(passed, pl.DataFrame):
        return f"the check '{error.check}' could not run: {error}"
    failed = frame.filter(~passed.to_series().fill_null(value=False))
    column = error.schema.name if error.schema.name in frame.columns else None
    shown = list(dict.fromkeys([*contract.key, *([column] if column else []), *_context(contract, error)]))
    examples = "; ".join(_row_text(row) for row in failed.select(shown).head(SHOWN_ROWS).to_dicts())
    subject = f"the column '{column}' " if column else ""
    rows = "1 row fails" if failed.height == 1 else f"{failed.height} rows fail, the first of them"
    return f"{subject}{_rule_text(contract, error)}: {rows}: {examples}"


def _context(contract: Contract, error: SchemaError) -> tuple[str, ...]:
    if getattr(error.check, "name", None) == "_null_has_a_reason":
        return (*contract.explained, "null_reason")
    return ()


def _row_text(row: dict[str, object]) -> str:
    return "(" + ", ".join(f"{name} {'null' if value is None else value}" for name, value in row.items()) + ")"


def _rule_text(contract: Contract, error: SchemaError) -> str:
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return "must not be null"
    check = error.check
    if not isinstance(check, pa.Check):
        return f"must pass the rule '{check}'"
    statistics = check.statistics or {}
    key = ", ".join(contract.key)
    is_or_are = "is" if len(contract.explained) == 1 else "are all"
    name = str(check.name).lstrip("_")
    if name == "in_range":
        return _range_text(statistics)
    texts = {
        "isin": f"must be one of {', '.join(statistics.get('allowed_values', ()))}",
        "str_length": "must not be empty (missing is null)",
        "sorted_by_key": f"the rows must be sorted by the key ({key}), but are not",
        "unique_key": f"the key ({key}) must be unique, but some keys repeat",
        "null_has_a_reason": (
            f"null_reason must be null exactly if {' and '.join(contract.explained)} {is_or_are} present"
        ),
    }
    return texts.get(name, f"must pass the rule '{name}'")


def _range_text(statistics: dict[str, Any]) -> str:
    minimum, maximum = statistics["min_value"], statistics["max_value"]
    parts = []
    if minimum > -LARGEST:
        parts.append(f"of at least {minimum}" if statistics.get("include_min", True) else f"above {minimum}")
    if maximum < LARGEST:
        parts.append(f"at most {maximum}")
    return " ".join(["must be a finite number", " and ".join(parts)]).rstrip()
