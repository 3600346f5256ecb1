"""YAML read strictly: what values mean, lines, and each refusal."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.scenarios.strict_yaml import StrictYamlError, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-30", -30),
        ("+5", 5),
        ("0.0015", 0.0015),
        (".5", 0.5),
        ("1.", 1.0),
        ("4e-3", 0.004),
        ("-1E2", -100.0),
        ("12345678901234567890", 12345678901234567890.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("all", "all"),
        # what YAML 1.1 would take for 8, 90, 1000, False, True or a date stays the text that it is
        ("010", "010"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("no", "no"),
        ("on", "on"),
        ("2012-01-01", "2012-01-01"),
        ("0x1F", "0x1F"),
        ("-30 %", "-30 %"),
        ("'-30'", "-30"),
        ('"true"', "true"),
        ("[1, [two]]", [1, ["two"]]),
    ],
)
def test_values_mean_what_they_look_like(text: str, value: object):
    found = read_yaml(f"key: {text}").content["key"]
    assert found == value
    assert type(found) is type(value)


def test_infinity_and_nan_are_numbers_that_others_refuse():
    values = read_yaml("[.inf, -.inf, .nan]").content
    assert values[:2] == [math.inf, -math.inf]
    assert math.isnan(values[2])
    assert read_yaml("9" * 400).content == math.inf


def test_every_value_knows_its_line():
    document = read_yaml("# a comment\nname: x\nchanges:\n  - change: a\n    percent: 1\n  - [b,\n     c]\n")
    assert document.lines["name",] == 2
    assert document.lines["changes", 0] == 4
    assert document.lines["changes", 0, "percent"] == 5
    assert document.lines["changes", 1, 1] == 7


def test_an_empty_text_holds_nothing():
    assert read_yaml("# only a comment\n").content is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands here again, after line 1; keep one of them"),
        ("list:\n  - a: 1\n    'a': 2\n", 3, "the key 'a' stands here again, after line 2"),
        ("a: 1\nb: &x 1\nc: *x\n", 2, "what stands here (&name) is referred to again (*name)"),
        ("a: &x [*x]\n", 1, "is referred to again"),
        ("a: *x\n", 1, "this is no YAML: found undefined alias"),
        ("a: 1\nb: !!python/name:os.system ''\n", 2, "the tag tag:yaml.org,2002:python/name:os.system stands here"),
        ("a: !!int '010'\n", 1, "the tag"),
        ("[a]: 1\n", 1, "a list or mapping stands where a key must"),
        ("a: b: c\n", 1, "this is no YAML: mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", 2, "this is no YAML"),
        ("a: [1\nb: 2\n", 2, "this is no YAML"),
        ("a: 1\n---\nb: 2\n", 2, "this is no YAML: expected a single document in the stream"),
        ("a: \x07\n", None, "this is no YAML text"),
        ("[" * 2000, None, "too deep"),
    ],
)
def test_refusals(text: str, line: int | None, words: str):
    with pytest.raises(StrictYamlError) as caught:
        read_yaml(text)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text("abc-: '#é", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_what_a_program_writes_is_read_back(value: object):
    class NoReferences(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    assert read_yaml(yaml.dump(value, Dumper=NoReferences, allow_unicode=True)).content == value


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text: str):
    try:
        read_yaml(text)
    except StrictYamlError as error:
        assert str(error)  # noqa: PT017 - no text may raise anything else
