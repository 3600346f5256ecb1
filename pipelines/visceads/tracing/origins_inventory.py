"""The figures of provincial CO2 inventories, and of what is made of them, as cells of their workbooks.

Belongs here: cells of an inventory, and what corrections and gaps do to them. Not here: the other accounts
(`origins_accounts`), tables of money (`origins_mrio`) and indicators (`origins_baseline`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from visceads import codes
from visceads.contracts.catalogue import contract_of
from visceads.contracts.fields import NULL_REASONS
from visceads.tracing.origins import MT, Block, Computed, Origin
from visceads.tracing.published import Published
from visceads.tracing.rows import Row

PROCESS = "process"
REPLACED = "process_from_older_release"

_PRINTED = "the total that the sheet prints is taken; its parts were added up and compared when it was read"
_CORRECTIONS = {
    "zero_coded_to_missing": "the totals of all 17 fuels are zero: zero stands for missing, so the cell becomes null",
    "lost_process_to_missing": (
        "process emissions are zero in at least 15 of the 30 provinces: the release has lost them, so they and the "
        "totals become null"
    ),
    REPLACED: (
        "process emissions are zero in at least 15 of the 30 provinces: the release has lost them, so they are taken "
        "from an older release"
    ),
}


@dataclass(frozen=True)
class SheetOf:
    """The sheet of a province and year in one release of an inventory, and what is done about its gaps.

    Attributes:
        release_id: the release.
        province_code: the province.
        year: the year.
        correction: the rule that set the values, '' if none did.
        older_release_id: the release that lends process emissions, '' if none does.
        null_reason: why figures of the sheet are missing, or None.
    """

    release_id: str
    province_code: str
    year: int
    correction: str = ""
    older_release_id: str = ""
    null_reason: str | None = None

    def block(self, inventory_codes: Sequence[str], fuels: Sequence[str]) -> Block:
        """Cells of the sheet: which rows, which columns."""
        where: Mapping[str, tuple[str | int, ...]] = {
            "province_code": (self.province_code,),
            "year": (self.year,),
            "inventory_code": tuple(inventory_codes),
            "fuel_code": tuple(fuels),
        }
        return Block("co2_inventory", self.release_id, where)

    def older(self) -> SheetOf:
        """The same sheet in the release that lends its process emissions."""
        return replace(self, release_id=self.older_release_id)

    def rules(self) -> tuple[str, ...]:
        """What is done about the gaps, in sentences."""
        if not self.correction:
            return null_rules(self.null_reason)
        from_where = f", {self.older_release_id}" if self.older_release_id else ""
        corrected = f"correction {self.correction}: {_CORRECTIONS[self.correction]}{from_where}"
        return (corrected, *null_rules(self.null_reason))

    def reason(self) -> tuple[Block, ...]:
        """The cells that tell the gap."""
        if self.correction == "zero_coded_to_missing":
            return (self.block(("total",), fuels_of("coal", "oil", "gas")),)
        if self.correction in {"lost_process_to_missing", REPLACED}:
            block = self.block(("total",), (PROCESS,))
            return (replace(block, where={k: v for k, v in block.where.items() if k != "province_code"}),)
        return ()


def sheet_of(row: Row) -> SheetOf:
    """The sheet that a row of `inventory.emission` or `inventory.emission_total` stands on."""
    rule, _, older = str(row.get("correction") or "").partition(":")
    reason = None if row["null_reason"] is None else str(row["null_reason"])
    year = int(str(row["year"]))
    return SheetOf(str(row["release_id"]), str(row["province_code"]), year, rule, older, reason)


def sheet_at(published: Published, release_id: str, province_code: str, year: int) -> SheetOf:
    """The sheet of a province and year, with what inventory.emission_total says about its gaps."""
    totals = published.scan(contract_of("inventory", "emission_total"))
    rows = totals.filter(release_id=release_id, province_code=province_code, year=year).collect()
    return sheet_of(rows.row(0, named=True)) if rows.height else SheetOf(release_id, province_code, year)


def emission(_published: Published, row: Row) -> list[Origin | Computed]:
    """One cell of an inventory, or of the older release that lends it."""
    sheet = sheet_of(row)
    source = sheet.older() if sheet.correction == REPLACED else sheet
    block = source.block((str(row["inventory_code"]),), (str(row["fuel_code"]),))
    return [Origin("co2_mt", (block,), MT, sheet.rules(), reason=sheet.reason())]


def emission_total(_published: Published, row: Row) -> list[Origin | Computed]:
    """The crossing of total row and total column on the sheet of a province."""
    return [total_of(sheet_of(row))]


def total_of(sheet: SheetOf) -> Origin:
    """The scope 1 total of a province and year; lent process emissions take the place of the sheet's own."""
    printed = sheet.block(("total",), ("total",))
    if sheet.correction != REPLACED:
        return Origin("co2_mt", (printed,), MT, (_PRINTED, *sheet.rules()), reason=sheet.reason())
    process = (("total",), (PROCESS,))
    return Origin(
        "co2_mt",
        (printed, sheet.older().block(*process)),
        MT,
        (_PRINTED, *sheet.rules(), "its own process emissions are subtracted"),
        reason=sheet.reason(),
        subtracted=(sheet.block(*process),),
    )


def sum_of(sheet: SheetOf, column: str, inventory_codes: Sequence[str], fuels: Sequence[str]) -> Origin:
    """The sum over rows and columns of a sheet; lent process emissions take the place of the sheet's own."""
    own = tuple(fuel for fuel in fuels if fuel != PROCESS or sheet.correction != REPLACED)
    blocks = [sheet.block(inventory_codes, own)] if own else []
    if len(own) < len(fuels):
        blocks.append(sheet.older().block(inventory_codes, (PROCESS,)))
    return Origin(
        column,
        tuple(blocks),
        MT,
        ("the cells are added up", *sheet.rules()),
        is_sum=True,
        is_exact=sheet.null_reason is None,
        reason=sheet.reason(),
    )


def fuels_of(*groups: str) -> tuple[str, ...]:
    """The fuels of some groups (coal, oil, gas, process) in workbook order."""
    rows = codes.seed("fuel").sort("fuel_no").iter_rows(named=True)
    return tuple(row["fuel_code"] for row in rows if row["group_code"] in groups and row["in_scope1_sum"] == "true")


def null_rules(reason: object) -> tuple[str, ...]:
    """Why a figure is missing, as the rule that made it so."""
    if reason is None:
        return ()
    return (f"the figure is null, with the reason {reason}. {NULL_REASONS[str(reason)][0]}",)
