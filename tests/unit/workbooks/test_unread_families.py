"""Families that are recognised and have no place here: each is refused with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from visceads.workbooks.families import TITLES
from visceads.workbooks.unread_families import unread_family_refusal


@pytest.mark.parametrize(
    ("family", "code", "words"),
    [
        ("tibet_2014", "E_TIBET_LAYOUT", ("thousand tonnes", "no 47 sector rows", "30 provinces")),
        ("city_182", "E_CITY_WORKBOOK", ("182 cities", "no series by year", "290 cities")),
    ],
)
def test_the_reason_is_said_and_what_to_do(family, code, words):
    refusal = unread_family_refusal(Path("folder/a.xlsx"), family)
    assert refusal is not None
    assert refusal.code == code
    assert refusal.message.startswith("a.xlsx: this is ")
    assert "Take it out of the folder" in refusal.message
    assert refusal.message.endswith(".")
    assert all(word in refusal.message for word in words)


def test_all_other_families_have_a_reader():
    unread = {family for family in TITLES if unread_family_refusal(Path("a.xlsx"), family) is not None}
    assert unread == {"tibet_2014", "city_182"}
