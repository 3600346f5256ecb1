"""The 30 province sheets of a provincial inventory, CO2 or energy: all of them, each once, and nothing else.

Belongs here: telling provincial inventories from those of cities and of the nation, and the set of provinces. Not
here: where the block of a sheet stands (`inventory_layout`) and its numbers (`inventory_block`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from visceads.codes import inventory_province_codes
from visceads.workbooks.inventory_layout import InventoryLayout, province_and_year, province_name
from visceads.workbooks.note_sheet import YEAR, Note
from visceads.workbooks.refusal import Refusal
from visceads.workbooks.sheets import Sheet


def refuse_no_layout(file_name: str, sheets: Sequence[Sheet], what: str) -> NoReturn:
    """Refuse a workbook none of whose sheets is laid out like an inventory.

    Args:
        file_name: the workbook.
        sheets: its sheets.
        what: what it was taken for: 'provincial CO2 inventory'.

    Raises:
        Refusal: E_UNKNOWN_LAYOUT, always.
    """
    names = ", ".join(f"'{sheet.name}'" for sheet in sheets[:5])
    message = (
        f"{file_name}: this is no {what}: none of its sheets "
        f"({names}{', ...' if len(sheets) > 5 else ''}) has a row of fuel headers (Raw Coal ... Natural "
        "Gas) above a row of units. Run 'visceads recognise' on it to see what it is."
    )
    raise Refusal("E_UNKNOWN_LAYOUT", message)


def refuse_tibet_inventory(file_name: str, sheets: Sequence[Sheet]) -> NoReturn:
    """Refuse the activity inventory of Tibet, which no reader of the 30 provinces can take.

    Raises:
        Refusal: E_TIBET_LAYOUT, always.
    """
    message = (
        f"{file_name}: this is the Tibet 2014 activity inventory (thousand tonnes, 7 fuels); it has no "
        "47 sector rows and cannot be appended to the 30 provinces. Take it out of the folder of "
        "provincial inventories."
    )
    raise Refusal("E_TIBET_LAYOUT", message, sheets[0].name)


def refuse_other_areas(file_name: str, layouts: Sequence[InventoryLayout], note: Note, family: str, what: str) -> None:
    """Refuse the inventories of cities and of the nation, whose sheets are laid out like those of a province.

    Args:
        file_name: the workbook.
        layouts: its inventory sheets.
        note: what its note says.
        family: the family that it should be of: 'co2_inventory' or 'energy_inventory'.
        what: the same in words: 'provincial CO2 inventory'.

    Raises:
        Refusal: E_UNKNOWN_LAYOUT (sheets named by year), E_CITY_WORKBOOK, E_NOTE_CONFLICT.
    """
    are_provinces = [province_and_year(layout.sheet.name)[0] is not None for layout in layouts]
    if sum(are_provinces) * 2 < len(layouts):
        are_years = all(YEAR.fullmatch(layout.sheet.name) for layout in layouts)
        other = "a national inventory (one sheet a year)" if are_years else "a city inventory"
        message = (
            f"{file_name}: this is {other}: {len(layouts)} inventory sheets, {sum(are_provinces)} are "
            "provinces. The reader of provincial inventories takes workbooks of 30 provinces only."
        )
        raise Refusal("E_UNKNOWN_LAYOUT" if are_years else "E_CITY_WORKBOOK", message)
    refuse_note_of_another_family(file_name, note, family, what)


def refuse_note_of_another_family(file_name: str, note: Note, family: str, what: str) -> None:
    """Refuse a workbook whose note names another family than its sheets have.

    Raises:
        Refusal: E_NOTE_CONFLICT.
    """
    if note.family not in ("", family):
        message = (
            f"{file_name}, sheet '{note.sheet_name}': the note says '{note.content}', but the sheets are a "
            f"{what}. Note and sheets come from two workbooks; download it again."
        )
        raise Refusal("E_NOTE_CONFLICT", message, note.sheet_name)


def province_layouts(
    file_name: str, sheets: Sequence[Sheet], layouts: Sequence[InventoryLayout]
) -> dict[str, InventoryLayout]:
    """Return province code -> layout of its sheet, 30 of them in table order.

    Args:
        file_name: the workbook.
        sheets: all its sheets.
        layouts: those that are laid out like an inventory.

    Raises:
        Refusal: E_PROVINCE_SET (missing, unknown or repeated provinces), E_UNKNOWN_LAYOUT (the sheet of a province
            without fuel headers).
    """
    by_province: dict[str, InventoryLayout] = {}
    unknown = []
    for layout in layouts:
        province_code = province_and_year(layout.sheet.name)[0]
        if province_code not in inventory_province_codes():
            unknown.append(layout.sheet.name)
        elif province_code in by_province:
            message = (
                f"{file_name}: sheets '{by_province[province_code].sheet.name}' and '{layout.sheet.name}' "
                f"are both {province_name(province_code)}; which one counts cannot be told. Delete or "
                "rename one of them."
            )
            raise Refusal("E_PROVINCE_SET", message, layout.sheet.name)
        else:
            by_province[province_code] = layout
    _refuse_sheets_without_headers(file_name, sheets, by_province)
    _refuse_incomplete(file_name, by_province, unknown)
    return {code: by_province[code] for code in inventory_province_codes()}


def _refuse_sheets_without_headers(
    file_name: str, sheets: Sequence[Sheet], by_province: dict[str, InventoryLayout]
) -> None:
    for sheet in sheets:
        province_code = province_and_year(sheet.name)[0]
        if province_code in inventory_province_codes() and province_code not in by_province:
            message = (
                f"{file_name}, sheet '{sheet.name}': no row of fuel headers (Raw Coal ... Natural Gas) above a "
                "row of units. Restore the first rows of the sheet or download the workbook again."
            )
            raise Refusal("E_UNKNOWN_LAYOUT", message, sheet.name)


def _refuse_incomplete(file_name: str, by_province: dict[str, InventoryLayout], unknown: list[str]) -> None:
    missing = [province_name(code) for code in inventory_province_codes() if code not in by_province]
    if not missing and not unknown:
        return
    parts = [f"{len(by_province)} of the 30 province sheets are there"]
    if missing:
        parts.append(f"missing {', '.join(missing)}")
    if unknown:
        parts.append("unknown sheets " + ", ".join(f"'{name}'" for name in unknown))
    advice = "Nothing of it is loaded: restore or rename the sheets, or download the workbook again."
    raise Refusal("E_PROVINCE_SET", f"{file_name}: {'; '.join(parts)}. {advice}", unknown[0] if unknown else "")
