"""Which release is current, what to cite, and no mixture of made-up and real."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visceads.contracts.catalogue import validate
from visceads.lake.bronze import Sidecar, Source, SourceFinding, SourceIdentity, source_release_id
from visceads.lake.releases import (
    FINDING_SCHEMA,
    MixedLakeError,
    citation,
    current_period_frame,
    current_releases,
    finding_frame,
    refuse_mixture,
    release_frame,
)


def sidecar(
    digit: str,
    vintage: str = "V3",
    periods: tuple[str, ...] = ("2012",),
    accepted_at: str = "2026-01-01T00:00:00Z",
    family: str = "co2_inventory",
    *,
    is_synthetic: bool = False,
    is_reconstructed: bool = False,
    series: str = "",
) -> Sidecar:
    findings = (SourceFinding("W_A", "warning", "First."), SourceFinding("W_B", "warning", "Second.", "S", "A1"))
    source = Source(
        family, periods, vintage, f"{digit}.xlsx", digit * 64, "1", is_synthetic, is_reconstructed, findings, series
    )
    return Sidecar(source_release_id(source), source, accepted_at, 1, "0" * 64)


def test_highest_vintage_then_newest_then_largest_hash_is_current() -> None:
    late = "2026-06-01T00:00:00Z"
    older_vintage_accepted_later = sidecar("f", "V2", accepted_at=late)
    newest = sidecar("a", "V3")
    assert current_releases([newest, older_vintage_accepted_later]) == {
        ("co2_inventory", "", "2012"): newest.release_id
    }
    again = sidecar("1", "V3", accepted_at=late)
    assert current_releases([again, newest])["co2_inventory", "", "2012"] == again.release_id
    twin = sidecar("b", "V3")
    assert current_releases([twin, newest])["co2_inventory", "", "2012"] == twin.release_id
    assert current_releases([sidecar("c", ""), sidecar("d", "V1")])["co2_inventory", "", "2012"].endswith("d" * 12)


def test_a_panel_stands_for_each_of_its_series() -> None:
    panel = sidecar("a", "", ("2016", "2017"), family="nbs_panel", series="gdp+population")
    assert current_releases([panel]) == {
        ("nbs_panel", series, period): panel.release_id
        for series in ("gdp", "population")
        for period in ("2016", "2017")
    }


def test_one_release_is_current_for_each_period() -> None:
    both = sidecar("a", "", ("2017", "2017-new"), family="mrio")
    newer = sidecar("b", "", ("2017",), "2026-06-01T00:00:00Z", family="mrio")
    assert current_releases([both, newer]) == {
        ("mrio", "", "2017"): newer.release_id,
        ("mrio", "", "2017-new"): both.release_id,
    }
    assert release_frame([both, newer])["is_current"].to_list() == [True, True]


def test_series_of_one_family_and_period_stand_side_by_side() -> None:
    gdp = sidecar("a", "", ("2011", "2012"), family="nbs_series", series="gdp_100m_cny_current")
    population = sidecar("b", "", ("2011", "2012"), family="nbs_series", series="population_10k")
    newer = sidecar("c", "", ("2012",), "2026-06-01T00:00:00Z", family="nbs_series", series="population_10k")
    assert current_period_frame([newer, population, gdp]).rows() == [
        ("nbs_series", "gdp_100m_cny_current", "2011", gdp.release_id),
        ("nbs_series", "gdp_100m_cny_current", "2012", gdp.release_id),
        ("nbs_series", "population_10k", "2011", population.release_id),
        ("nbs_series", "population_10k", "2012", newer.release_id),
    ]
    assert release_frame([gdp, population, newer])["is_current"].to_list() == [True, True, True]
    assert current_period_frame([]).is_empty()


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_files_does_not_matter(shuffler: random.Random) -> None:
    releases = [sidecar(digit, vintage) for digit, vintage in zip("0123456", ["V1", "V2", "V3"] * 3, strict=False)]
    shuffled = list(releases)
    shuffler.shuffle(shuffled)
    assert release_frame(shuffled).equals(release_frame(releases))
    assert release_frame(shuffled)["is_current"].sum() == 1


def test_frames_pass_their_contracts() -> None:
    releases = [sidecar("b", "V2"), sidecar("a"), sidecar("c", "", ("2011", "2012"), family="nbs_series")]
    frame = release_frame(releases)
    validate("meta", "release", frame)
    assert frame.filter(family="nbs_series")["years"].item() == "2011-2012"
    validate("meta", "release", release_frame([]))


def test_findings_and_identities_stand_in_reading_order() -> None:
    first, second = sidecar("a"), sidecar("b")
    residual = SourceIdentity("rows_add_up", "Rows add up.", 0.25, 0.5, "Mt", "Sheet", "B4")
    reported = SourceIdentity("condition_number", "Condition number.", 12.0, None, "1")
    second = replace(second, source=replace(second.source, identities=(residual, reported)))
    frame = finding_frame([second, first])
    assert dict(frame.schema) == dict(FINDING_SCHEMA)
    assert frame["release_id"].to_list() == [first.release_id] * 2 + [second.release_id] * 4
    assert frame.rows()[4] == (
        second.release_id,
        "rows_add_up",
        "check",
        "Sheet",
        "B4",
        "Rows add up.",
        0.25,
        0.5,
        "Mt",
    )
    assert frame.rows()[5][6:] == (12.0, None, "1")
    assert dict(finding_frame([]).schema) == dict(FINDING_SCHEMA)


def test_two_files_with_the_same_values_are_noted_on_both() -> None:
    def with_content(digit: str, content: str, family: str = "co2_inventory") -> Sidecar:
        one = sidecar(digit, family=family)
        return replace(one, source=replace(one.source, findings=(), content_sha256=content))

    saved_again = [with_content("a", "x"), with_content("b", "x")]
    others = [with_content("c", "y"), with_content("d", ""), with_content("e", ""), with_content("f", "x", "mrio")]
    frame = finding_frame([*saved_again, *others])
    assert frame["code"].to_list() == ["W_DUPLICATE_CONTENT"] * 2
    assert frame["release_id"].to_list() == [one.release_id for one in saved_again]
    assert frame["message"][0].startswith("a.xlsx and b.xlsx hold the same values in different bytes")


def test_mixture_of_synthetic_and_real_is_refused() -> None:
    real, made_up = [sidecar("a"), sidecar("b"), sidecar("c")], sidecar("d", is_synthetic=True)
    refuse_mixture(real)
    refuse_mixture([made_up])
    with pytest.raises(MixedLakeError) as caught:
        release_frame([*real, made_up])
    message = str(caught.value)
    assert "1 synthetic workbook ('d.xlsx')" in message
    assert "3 real workbooks ('a.xlsx', 'b.xlsx' and 1 more)" in message
    assert "Remove the synthetic workbooks from raw/" in message


def test_citations_follow_the_family() -> None:
    assert "10.1038/sdata.2017.201" in citation(sidecar("a"))
    mrio = citation(sidecar("a", "", ("2017", "2017-new"), family="mrio"))
    assert "Regional determinants" in mrio
    assert "To be verified by the user" in mrio
    assert "s41597-025-06543-y" in citation(sidecar("a", "", ("2018",), family="mrio"))
    rebuilt = citation(sidecar("a", "", ("2012",), family="mrio", is_reconstructed=True))
    assert rebuilt.startswith("Reconstructed")
    assert "National Bureau of Statistics" in citation(sidecar("a", "", family="nbs_series"))
    assert "not to be cited" in citation(sidecar("a", is_synthetic=True))
