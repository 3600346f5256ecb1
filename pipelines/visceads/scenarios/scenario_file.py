"""A scenario file: read, checked, with the line of everything that is wrong.

Belongs here: the file and its codes as far as they can be checked without a table. Not here: the form of a scenario
(`accounts.scenario`), YAML (`strict_yaml`), whether a table can carry it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from visceads import codes
from visceads.accounts.errors import AccountsError
from visceads.accounts.scenario import Scenario, nearest, parse_scenario
from visceads.contracts.fields import FINAL_DEMAND_CATEGORIES
from visceads.scenarios.errors import ScenarioError
from visceads.scenarios.strict_yaml import Document, Place, StrictYamlError, read_yaml

LARGEST_FILE_BYTES = 1_000_000


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario file.

    Attributes:
        path: where it lies.
        content: its bytes, for the copy beside the results.
        scenario: what it says.
    """

    path: Path
    content: bytes
    scenario: Scenario

    @property
    def sha256(self) -> str:
        """The sha256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read_scenario_file(path: Path) -> ScenarioFile:
    """Return what a scenario file says.

    Province, sector and category codes are checked against the code lists (a sector may be of either classification).

    Raises:
        ScenarioError: with exit code 2, a sentence that names the file and the line or key that is wrong.
    """
    content = _read(path)
    try:
        document = read_yaml(_text(path, content))
    except StrictYamlError as error:
        raise _error(path, error.line, str(error)) from None
    scenario = _parsed(path, document)
    _require_known_codes(path, scenario, document)
    return ScenarioFile(path, content, scenario)


def _read(path: Path) -> bytes:
    if not path.is_file():
        there = "is no file" if path.exists() else "does not exist"
        raise _error(path, None, f"it {there}; name a scenario file, such as one of scenarios/ in the clone")
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise _error(path, None, f"it is larger than {LARGEST_FILE_BYTES:,} bytes; this is no scenario file")
        return path.read_bytes()
    except OSError as error:
        raise _error(path, None, f"it cannot be read ({error.strerror}); look at its permissions") from None


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path, line, "the text is not in UTF-8; save the file as UTF-8") from None


def _parsed(path: Path, document: Document) -> Scenario:
    try:
        return parse_scenario(document.content)
    except AccountsError as error:
        raise _error(path, _line_of_wrong_change(document), str(error)) from None


def _line_of_wrong_change(document: Document) -> int | None:
    """Return the line of the first change with which the file is wrong, or None where another key is to blame."""
    content = document.content
    if not isinstance(content, dict) or not isinstance(content.get("changes"), list):
        return None
    for number in range(len(content["changes"]) + 1):
        try:
            parse_scenario({**content, "changes": content["changes"][:number]})
        except AccountsError:
            return document.lines["changes", number - 1] if number else None
    return None


def _require_known_codes(path: Path, scenario: Scenario, document: Document) -> None:
    known = {
        "provinces": codes.province_codes(),
        "sectors": tuple(dict.fromkeys(code for name in codes.CLASSIFICATIONS for code in codes.sector_codes(name))),
        "categories": FINAL_DEMAND_CATEGORIES,
    }
    named: list[tuple[Place, tuple[str, ...]]] = [
        (("changes", change.number - 1, key), chosen or ())
        for change in scenario.changes
        for key, chosen in change.selection.items()
    ]
    if scenario.ict is not None:
        named.append((("ict", "ict_sectors"), scenario.ict.ict_sectors))
    for place, chosen in named:
        key = str(place[-1])
        there = known[key.rpartition("_")[2]]
        for position, code in enumerate(chosen):
            if code not in there:
                line = document.lines.get((*place, position), document.lines[place])
                what = f"{key} of change {int(place[1]) + 1}" if place[0] == "changes" else f"{key} of ict"
                raise _error(path, line, f"{what} names '{code}', which is no code; {nearest(code, there)}")


def _error(path: Path, line: int | None, sentence: str) -> ScenarioError:
    place = f"{path}, line {line}" if line is not None else f"{path}"
    return ScenarioError(f"{place}: {sentence}", exit_code=2)
