"""What a scenario file says: changes of intensity, technology and demand, checked and as plain data.

Belongs here: the form of a scenario file and every error that can be seen without a table. Not here: reading YAML,
codes (they depend on the table, see `scenario_change`), arithmetic.

A scenario is a mapping with the keys

    name: lower-case letters, digits and underscores
    title: one line
    description: optional text
    allow_negative_value_added: optional, true or false (false)
    changes: a list; it may be empty
    ict: optional, the statement that ITU-T L.1480 wants beside a result (see `IctStatement`)

and every change is one of

    change: intensity      provinces, sectors
    change: technology     seller_provinces, seller_sectors, buyer_provinces, buyer_sectors
    change: final_demand   seller_provinces, seller_sectors, buyer_provinces, categories
    change: exports        provinces, sectors

each key holding a code, a list of codes, or `all`, together with either `percent` (-100 or more) or `absolute`:

- intensity: tonnes of CO2 per million yuan, added to every chosen sector;
- technology: million yuan of input per million yuan of output, for all chosen sellers together, added to every chosen
  buyer and shared out among the sellers as the buyer's purchases from them are;
- final_demand, exports: million yuan, for all chosen cells together, shared out as their positive values are.

A percent applies to every chosen cell, falling inventories (negative values) too.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from visceads.accounts.errors import AccountsError

SELECTIONS: Mapping[str, tuple[str, ...]] = {
    "intensity": ("provinces", "sectors"),
    "technology": ("seller_provinces", "seller_sectors", "buyer_provinces", "buyer_sectors"),
    "final_demand": ("seller_provinces", "seller_sectors", "buyer_provinces", "categories"),
    "exports": ("provinces", "sectors"),
}
"""Kind of change -> the keys that say where it applies."""

MECHANISMS = ("optimise", "substitute", "induce", "manage_information", "facilitate")
"""How an ICT solution changes emissions elsewhere, in the words of ITU-T L.1480."""

REFERENCE_KINDS = ("observed", "projected")
"""Whether the reference is a state that was observed or one that would have come without the solution."""

ALL = "all"
_SCENARIO_KEYS = ("name", "title", "description", "allow_negative_value_added", "changes", "ict")
_ICT_TEXTS = ("reference_scenario", "ict_solution", "consequences", "cut_offs", "rebound_treatment", "data_quality")
_ICT_KEYS = ("ict_sectors", "reference_kind", "mechanism", *_ICT_TEXTS)


@dataclass(frozen=True)
class Change:
    """One change; exactly one of `percent` and `absolute` is given.

    Attributes:
        kind: a key of `SELECTIONS`.
        selection: key -> chosen codes, None for all.
        percent: -100 or more.
        absolute: in the unit of the kind, see the module.
        number: its place in the file, from 1; errors name it.
    """

    kind: str
    selection: Mapping[str, tuple[str, ...] | None]
    percent: float | None
    absolute: float | None
    number: int


@dataclass(frozen=True)
class IctStatement:
    """What ITU-T L.1480 wants to be said beside the effect of an ICT solution; every field is required.

    Attributes:
        ict_sectors: sector codes whose products the solution is made of.
        reference_kind: one of `REFERENCE_KINDS`; only against an observed state is a fall an actual reduction.
        mechanism: one of `MECHANISMS`.
        reference_scenario, ict_solution, consequences, cut_offs, rebound_treatment, data_quality: sentences.
    """

    ict_sectors: tuple[str, ...]
    reference_kind: str
    mechanism: str
    reference_scenario: str
    ict_solution: str
    consequences: str
    cut_offs: str
    rebound_treatment: str
    data_quality: str


@dataclass(frozen=True)
class Scenario:
    """A scenario file as data.

    Attributes:
        name: identifies the scenario in results.
        title: one line for readers.
        changes: in the order of the file.
        description: more text, may be empty.
        allow_negative_value_added: whether a changed technology may cost a sector more than it earns.
        ict: the statement beside an ICT effect, or None.
    """

    name: str
    title: str
    changes: tuple[Change, ...] = field(default=())
    description: str = ""
    allow_negative_value_added: bool = False
    ict: IctStatement | None = None


def parse_scenario(content: object) -> Scenario:
    """Turn the content of a scenario file into a checked `Scenario`.

    Args:
        content: what a YAML reader returned: mappings, lists, texts, numbers.

    Raises:
        AccountsError: a sentence on the first thing that is wrong, with the number of the change and the key.
    """
    keys = _mapping(content, "the scenario", _SCENARIO_KEYS, ("name", "title", "changes"))
    name = _text(keys["name"], "the scenario's name")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise AccountsError(
            f"the scenario's name is '{name}'; use lower-case letters, digits and underscores, it becomes part of names"
        )
    negative = keys.get("allow_negative_value_added", False)
    if not isinstance(negative, bool):
        raise AccountsError(f"allow_negative_value_added of scenario '{name}' is {negative!r}; write true or false")
    changes = keys["changes"]
    if not isinstance(changes, list):
        raise AccountsError(f"the changes of scenario '{name}' are {_shown(changes)}; give a list, [] for none")
    return Scenario(
        name=name,
        title=_text(keys["title"], f"the title of scenario '{name}'"),
        changes=tuple(_change(item, number) for number, item in enumerate(changes, start=1)),
        description=_text(keys["description"], f"the description of scenario '{name}'")
        if "description" in keys
        else "",
        allow_negative_value_added=negative,
        ict=_ict_statement(keys["ict"]) if "ict" in keys else None,
    )


def nearest(word: str, known: Collection[str]) -> str:
    """Return the words that look most like one, and all of them, as the end of a sentence."""
    by_lower = {code.casefold(): code for code in known}
    close = [by_lower[match] for match in difflib.get_close_matches(word.casefold(), by_lower, n=3)]
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return f"{hint}There are {', '.join(known)}"


def _change(content: object, number: int) -> Change:
    where = f"change {number}"
    if not isinstance(content, dict):
        raise AccountsError(f"{where} is {_shown(content)}; give a mapping with the key 'change'")
    if "change" not in content:
        raise AccountsError(f"{where} has no key 'change'; write it with one of {', '.join(SELECTIONS)}")
    kind = content["change"]
    if not isinstance(kind, str) or kind not in SELECTIONS:
        raise AccountsError(f"the kind of {where} is {_shown(kind)}; {nearest(str(kind), tuple(SELECTIONS))}")
    selection = SELECTIONS[kind]
    keys = _mapping(content, f"{where} ({kind})", ("change", *selection, "percent", "absolute"), selection)
    given = [key for key in ("percent", "absolute") if key in keys]
    if len(given) != 1:
        raise AccountsError(f"{where} ({kind}) has {' and '.join(given) or 'no amount'}; give percent or absolute, one")
    amount = _number(keys[given[0]], f"{given[0]} of {where}")
    if given == ["percent"] and amount < -100:
        raise AccountsError(f"percent of {where} is {amount:g}; nothing can fall by more than all, give -100 or more")
    return Change(
        kind=kind,
        selection={key: _codes(keys[key], f"{key} of {where}") for key in selection},
        percent=amount if given == ["percent"] else None,
        absolute=amount if given == ["absolute"] else None,
        number=number,
    )


def _ict_statement(content: object) -> IctStatement:
    where = "the ict statement"
    keys = _mapping(content, where, _ICT_KEYS, _ICT_KEYS)
    for key, choices in (("mechanism", MECHANISMS), ("reference_kind", REFERENCE_KINDS)):
        if keys[key] not in choices:
            raise AccountsError(f"{key} of {where} is {_shown(keys[key])}; {nearest(str(keys[key]), choices)}")
    sectors = _codes(keys["ict_sectors"], f"ict_sectors of {where}")
    if sectors is None:
        raise AccountsError(f"ict_sectors of {where} is 'all'; name the sectors whose products the solution is made of")
    return IctStatement(
        ict_sectors=sectors,
        reference_kind=cast(str, keys["reference_kind"]),
        mechanism=cast(str, keys["mechanism"]),
        **{key: _text(keys[key], f"{key} of {where}") for key in _ICT_TEXTS},
    )


def _mapping(content: object, where: str, known: Sequence[str], required: Sequence[str]) -> dict[str, object]:
    if not isinstance(content, dict):
        raise AccountsError(f"{where} is {_shown(content)}; give a mapping with the keys {', '.join(required)}")
    for key in content:
        if key not in known:
            raise AccountsError(f"{where} has the key {key!r}, which means nothing here; {nearest(str(key), known)}")
    missing = [key for key in required if key not in content]
    if missing:
        hint = f" ({ALL} for all of them)" if missing[0].endswith(("provinces", "sectors", "categories")) else ""
        raise AccountsError(f"{where} has no {missing[0]}; give it{hint}")
    return content


def _codes(content: object, where: str) -> tuple[str, ...] | None:
    """Return the codes of a selection; None for `all`."""
    if content == ALL:
        return None
    codes = content if isinstance(content, list) else [content]
    wrong = [code for code in codes if not isinstance(code, str) or not code]
    if wrong or not codes:
        shown = _shown(wrong[0]) if wrong else "an empty list"
        raise AccountsError(
            f"{where} holds {shown}; give codes as text (in quotes where they look like numbers) or all"
        )
    for code in codes:
        if code == ALL:
            raise AccountsError(f"{where} names 'all' beside other codes; write all alone or a list of codes")
        if codes.count(code) > 1:
            raise AccountsError(f"{where} names {code} more than once; name it once")
    return tuple(codes)


def _text(content: object, where: str) -> str:
    if not isinstance(content, str) or not content.strip():
        raise AccountsError(f"{where} is {_shown(content)}; give a text")
    return content.strip()


def _number(content: object, where: str) -> float:
    if isinstance(content, bool) or not isinstance(content, int | float):
        raise AccountsError(f"{where} is {_shown(content)}; give a plain number such as -30 or 0.004")
    if not math.isfinite(content):
        raise AccountsError(f"{where} is {content}; give a finite number")
    return float(content)


def _shown(content: object) -> str:
    if content is None:
        return "empty"
    if isinstance(content, str):
        return f"the text '{content}'"
    if isinstance(content, bool | int | float):
        return f"{content!r}"
    return "a mapping" if isinstance(content, dict) else f"a {type(content).__name__}"
