"""What the documents say is so: links resolve, commands exist, codes and versions agree, queries parse."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pytest
import yaml

import visceads
from visceads.cli import app
from visceads.contracts.catalogue import CONTRACTS
from visceads.orchestration.graph_picture import Step, drawing, layers_of
from visceads.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), ROOT / "data_lake" / "README.md", *(ROOT / "docs").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
CODE = re.compile(r"\b[EW]_[A-Z][A-Z0-9_]+\b")
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", flags=re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [text for found, text in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def anchors(page: Path) -> set[str]:
    """The anchors that code hosts make of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@EACH_PAGE
def test_links_resolve(page: Path):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}, which does not exist"
        assert target.is_relative_to(ROOT), f"{page.name} links to {link}, outside the repository"
        if anchor:
            assert anchor in anchors(target), f"{page.name} links to {link}, a heading that is not there"


@EACH_PAGE
def test_commands_exist(page: Path):
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    code = "\n".join(
        [*(body for language, body in FENCE.findall(text) if language == "sh"), *re.findall(r"`([^`\n]+)`", text)]
    )
    for command in re.findall(r"(?:^|[\s/])visceads ([a-z]+)\b", code):
        assert command in commands, f"{page.name} names `visceads {command}`, which does not exist"
    for target in re.findall(r"(?:^|\s)make ([a-z-]+)\b", code):
        assert target in targets, f"{page.name} names `make {target}`, which does not exist"
    for module in re.findall(r"python -m (visceads[\w.]+)", code):
        assert _is_runnable(module), f"{page.name} names `python -m {module}`, which does not exist"


def _is_runnable(module: str) -> bool:
    path = ROOT / "pipelines" / Path(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@EACH_PAGE
def test_variables_and_paths_in_the_text_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    variables = {f"VISCEADS_{name}".upper() for name in Settings.model_fields}
    # the test suite's own variable, and the one that the page on Postgres lets its reader choose
    variables |= {"VISCEADS_TEST_DATA", "VISCEADS_POSTGRES_PASSWORD"}
    assert set(re.findall(r"VISCEADS_[A-Z_]+", text)) <= variables
    for path in re.findall(r"`((?:pipelines|dbt_project|deploy|sql|tests)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), f"{page.name} names {path}, which does not exist"


@EACH_PAGE
def test_queries_can_be_parsed(page: Path):
    for query in blocks(page, "sql"):
        assert duckdb.extract_statements(query), f"{page.name} holds an empty query"


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory):
    """All published tables without a row: a query on them shows whether every name in it exists."""
    types = {"String": "VARCHAR", "Int32": "INTEGER", "Float64": "DOUBLE", "Boolean": "BOOLEAN"}
    with duckdb.connect() as connection:
        for group in dict.fromkeys(group for group, _ in CONTRACTS):
            connection.execute(f"CREATE SCHEMA {group}")
        for contract in CONTRACTS.values():
            columns = ", ".join(f"{column.name} {types[column.dtype]}" for column in contract.columns)
            connection.execute(f"CREATE TABLE {contract.name} ({columns})")
        yield connection


@EACH_PAGE
def test_queries_name_tables_and_columns_that_exist(page: Path, empty_warehouse: duckdb.DuckDBPyConnection):
    shell = "\n".join(blocks(page, "sh"))
    for query in [*blocks(page, "sql"), *re.findall(r'visceads sql (?:--[\w-]+(?: ~\S+)? )*"([^"$]+)"', shell)]:
        if query != "SELECT ...":
            empty_warehouse.execute(query)


@pytest.mark.parametrize("path", sorted((ROOT / "sql").glob("*.sql")), ids=lambda path: path.name)
def test_a_worked_query_says_what_it_answers_and_names_what_exists(
    path: Path, empty_warehouse: duckdb.DuckDBPyConnection
):
    text = path.read_text(encoding="utf-8")
    assert re.match(r"-- \S.{20,}", text), f"{path.name} must begin with a comment that says what it answers"
    empty_warehouse.execute(text)


def test_the_table_of_codes_names_every_code_of_the_readers_and_no_other():
    page = (ROOT / "docs" / "how-to" / "refused-workbook.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([EW]_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE)
    package = ROOT / "pipelines" / "visceads"
    speakers = [*(package / "workbooks").rglob("*.py"), package / "lake" / "releases.py"]
    speakers += [package / "orchestration" / "intake.py", *(ROOT / "dbt_project" / "models").rglob("meta_quality.sql")]
    used = {code for path in speakers for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(listed) == len(set(listed))
    assert set(listed) == used
    for kind in ("E_", "W_"):
        codes = [code for code in listed if code.startswith(kind)]
        assert codes == sorted(codes, key=lambda code: code.replace("_", "~")), "keep the codes in order"


def test_the_indicators_are_all_on_the_methods_page():
    page = (ROOT / "docs" / "methods" / "baseline.md").read_text(encoding="utf-8")
    lines = (ROOT / "dbt_project" / "seeds" / "indicator.csv").read_text(encoding="utf-8").splitlines()[1:]
    missing = [code for code in (line.split(",")[1] for line in lines) if f"`{code}`" not in page]
    assert not missing


def test_the_dbt_tests_are_all_on_the_page_of_identities():
    page = (ROOT / "docs" / "methods" / "identities.md").read_text(encoding="utf-8")
    elsewhere = {"one_code_per_normal_key"}  # a test of seeds, not of figures
    tests = {path.stem for path in (ROOT / "dbt_project" / "tests").glob("*.sql")} - elsewhere
    assert {name for name in tests if f"`{name}`" not in page} == set()


def test_the_versions_agree():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, flags=re.MULTILINE)
    assert first is not None
    assert first[1] == visceads.__version__
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == visceads.__version__
    assert citation["license"] == "Apache-2.0"


def test_the_licence_is_whole_and_names_its_holder():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert "the visceads authors" in licence
    assert "[name of copyright owner]" not in licence


def test_python_examples_compile():
    for page in PAGES:
        for number, code in enumerate(blocks(page, "python"), start=1):
            compile(code, f"{page.name}, example {number}", "exec")


def test_the_split_rules_are_those_of_the_settings():
    page = (ROOT / "docs" / "how-to" / "split-rule.md").read_text(encoding="utf-8")
    schema = Settings.model_json_schema()["properties"]["split_rule"]
    assert re.findall(r"^\| `(\w+)`", page, flags=re.MULTILINE)[1:] == schema["enum"]
    assert f"`{schema['default']}` (default)" in page


class TestPictureOfTheGraph:
    """The committed picture, and how it is drawn."""

    PICTURE = ROOT / "docs" / "images" / "asset-graph.svg"

    def texts(self) -> list[str]:
        tree = ET.parse(self.PICTURE)  # our own file
        return [node.text or "" for node in tree.iter("{http://www.w3.org/2000/svg}text")]

    def test_it_shows_every_published_table(self):
        shown = " ".join(self.texts())
        missing = [
            contract.name
            for contract in CONTRACTS.values()
            if contract.name not in ("meta.publication", "meta.dictionary")
            and not re.search(rf"\b{contract.table}\b", shown)
        ]
        assert not missing, f"draw it anew (CONTRIBUTING.md): {missing} are not in the picture"

    def test_it_counts_the_marts(self):
        assert f"marts: {len(CONTRACTS) - 1} tables" in self.texts()

    def test_every_text_lies_inside_the_picture(self):
        tree = ET.parse(self.PICTURE)
        _, _, width, height = map(float, tree.getroot().attrib["viewBox"].split())
        for node in tree.iter("{http://www.w3.org/2000/svg}text"):
            assert float(node.attrib["x"]) + 7 * len(node.text or "") < width
            assert float(node.attrib["y"]) < height

    def test_layers_go_down_and_free_steps_stand_above_their_first_user(self):
        steps = [
            Step("marts", (("marts", ("a",)),), frozenset({"dbt", "dictionary"})),
            Step("raw", (("raw", ("x",)),), frozenset()),
            Step("dbt", (("mrio", ("b", "c")),), frozenset({"raw"})),
            Step("dictionary", (("meta", ("d",)),), frozenset()),
        ]
        assert [[step.name for step in layer] for layer in layers_of(steps)] == [
            ["raw"],
            ["dictionary", "dbt"],
            ["marts"],
        ]

    def test_a_circle_is_refused(self):
        circle = [Step("a", (), frozenset({"b"})), Step("b", (), frozenset({"a"}))]
        with pytest.raises(ValueError, match="in a circle: a, b"):
            layers_of(circle)

    def test_names_are_escaped_and_the_drawing_repeats(self):
        steps = [Step("a<b", (("group", ("t", "u&v")),), frozenset())]
        text = drawing(steps)
        assert "u&amp;v" in text
        assert "a&lt;b" in text
        assert text == drawing(steps)
        ET.fromstring(text)
