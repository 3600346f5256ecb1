"""The reference pages on disk are those of the contracts, and each tells what a user must know."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from visceads.contracts.__main__ import INDEX, main, page_name, pages, write_pages
from visceads.contracts.catalogue import CONTRACTS, Contract
from visceads.contracts.fields import USAGE_WARNINGS

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
CATALOGUE = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)


def section(page: str, heading: str) -> str:
    """The text below a heading of the second level, up to the next heading."""
    assert page.count(f"## {heading}") == 1, f"the heading '{heading}' must stand once"
    return page.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]


def test_the_pages_on_disk_are_those_of_the_contracts():
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    expected = pages()
    assert sorted(on_disk) == sorted(expected), "run `make docs`"
    stale = [name for name, text in expected.items() if on_disk[name] != text]
    assert not stale, f"run `make docs`: {', '.join(stale)} differ from the contracts"


def test_there_is_one_page_a_table_and_an_index():
    assert set(pages()) == {f"{group}.{table}.md" for group, table in CONTRACTS} | {INDEX}


@CATALOGUE
def test_a_page_tells_what_a_user_must_know(contract: Contract):
    page = pages()[page_name(contract)]
    assert page.startswith(f"# {contract.name}\n")
    for text in (*contract.title, *contract.grain, *contract.years):
        assert text in page
    for name in contract.key:
        assert re.search(rf"\*\*主键\*\*:.*`{name}`", page), f"the key column {name} is not named"
    warnings = section(page, "Before you use it | 使用须知")
    assert warnings.strip()
    assert all(USAGE_WARNINGS[key][0] in warnings and USAGE_WARNINGS[key][1] in warnings for key in contract.warnings)


@CATALOGUE
def test_a_page_gives_every_column_a_type_a_unit_and_titles(contract: Contract):
    page = pages()[page_name(contract)]
    lines = [line for line in section(page, "Columns | 列").splitlines() if line.startswith("| `")]
    assert len(lines) == len(contract.columns)
    for column, line in zip(contract.columns, lines, strict=True):
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        assert cells[:5] == [f"`{column.name}`", column.dtype, column.unit, column.title_en, column.title_zh]
        assert all(cells)


@CATALOGUE
def test_a_page_holds_a_query_on_its_table(contract: Contract):
    found = re.findall(r"```sql\n(.*?)\n```", pages()[page_name(contract)], flags=re.DOTALL)
    assert found == [contract.query]
    assert contract.name in contract.query
    assert len(duckdb.extract_statements(contract.query)) == 1


def test_the_index_links_every_page():
    links = re.findall(r"\]\(([^)]+)\)", pages()[INDEX])
    assert sorted(links) == sorted(page_name(contract) for contract in CONTRACTS.values())


def test_pages_of_tables_that_are_gone_are_removed(tmp_path: Path):
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "mrio.no_such_table.md").write_text("old", encoding="utf-8")
    (folder / "picture.svg").write_text("kept", encoding="utf-8")
    written = write_pages(folder)
    assert not (folder / "mrio.no_such_table.md").exists()
    assert (folder / "picture.svg").exists()
    assert sorted(path.name for path in written) == sorted(pages())
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == pages()


def test_the_command_needs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([]) == 2
    assert "python -m visceads.contracts docs/reference" in capsys.readouterr().err
    assert main([str(tmp_path / "pages")]) == 0
    assert (tmp_path / "pages" / INDEX).is_file()
