"""Networks of published tables: three scopes, three weights, counted by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from visceads import codes
from visceads.lake.paths import LakePaths
from visceads.networks.published_network import NetworkQuestion, load_network
from visceads.published.marts import Marts, PublishedError, open_marts

PROVINCES, SECTORS = codes.province_codes(), codes.sector_codes("2012")
GD, BJ, XZ = (PROVINCES.index(code) for code in ("GD", "BJ", "XZ"))


@pytest.fixture
def marts(published_lake: LakePaths) -> Marts:
    return open_marts(published_lake)


def cells(matrix: np.ndarray) -> dict[tuple[int, int], float]:
    return {(int(i), int(j)): float(matrix[i, j]) for i, j in np.argwhere(matrix)}


def test_money_inside_a_province(marts: Marts):
    found = load_network(marts, NetworkQuestion("province", "flow", "GD", "2012"))
    assert cells(found.network.weights) == {(0, 1): 90, (1, 2): 60, (0, 2): 4, (2, 0): 30, (2, 2): 10}
    assert found.nodes == found.network.labels == tuple(("GD", sector) for sector in SECTORS)
    assert (found.version, found.table_id, found.province_code) == ("0123456789ab", "2012", "GD")
    assert (found.unit, found.co2_basis, found.is_synthetic) == ("million yuan", "inventory", False)
    assert cells(found.co2) == {(0, 1): 90, (1, 2): 120, (0, 2): 4, (2, 0): 90, (2, 2): 30}
    assert found.notes == ()


@pytest.mark.parametrize("name", ["gd", "GD", " Guangdong", "广东"])
def test_a_province_in_any_spelling(marts: Marts, name: str):
    assert load_network(marts, NetworkQuestion("province", "flow", name)).province_code == "GD"


def test_coefficients_are_flows_per_output_of_the_buyer(marts: Marts):
    question = NetworkQuestion("province", "coefficient", "GD", "2012")
    found = load_network(marts, question)
    assert cells(found.network.weights) == {(0, 1): 0.45, (1, 2): 0.3, (0, 2): 0.02, (2, 0): 0.15, (2, 2): 0.05}
    assert cells(found.flow)[0, 1] == 90
    assert found.unit == "1"


def test_coefficients_of_a_buyer_without_output_are_none(marts: Marts):
    path = marts.lake.mart(marts.version, "mrio", "sector_account")
    is_buyer = (pl.col("province_code") == "GD") & (pl.col("sector_code") == SECTORS[1])
    zero = pl.when(is_buyer).then(0.0).otherwise("gross_output_m_cny").alias("gross_output_m_cny")
    pl.read_parquet(path).with_columns(zero).write_parquet(path)
    found = load_network(marts, NetworkQuestion("province", "coefficient", "GD", "2012"))
    assert (0, 1) not in cells(found.network.weights)


def test_embodied_co2_is_the_flow_times_the_intensity_of_the_seller(marts: Marts):
    found = load_network(marts, NetworkQuestion("province", "embodied_co2", "GD", "2012"))
    assert cells(found.network.weights) == cells(found.co2)
    assert cells(found.network.weights)[1, 2] == 120  # 60 million yuan x 2 Mt per million yuan
    assert found.unit == "Mt"
    assert "no emission total" in found.notes[0]


def test_between_provinces_flows_are_added_up(marts: Marts):
    found = load_network(marts, NetworkQuestion("interprovincial", "flow", table_id="2012"))
    expected = {(GD, GD): 194, (GD, BJ): 7, (BJ, BJ): 50, (XZ, XZ): 3, (XZ, GD): 2}
    assert cells(found.network.weights) == expected
    assert found.nodes == tuple((province, "total") for province in PROVINCES)
    assert found.province_code == "CN"
    coefficients = load_network(marts, NetworkQuestion("interprovincial", "coefficient", table_id="2012"))
    assert cells(coefficients.network.weights) == {k: v / (42 * 200) for k, v in expected.items()}


def test_between_provinces_embodied_co2_is_that_of_the_accounts(marts: Marts):
    found = load_network(marts, NetworkQuestion("interprovincial", "embodied_co2", table_id="2012"))
    expected = np.ones((31, 31)) + 4 * np.eye(31)
    expected[XZ] = 0
    assert np.array_equal(found.network.weights, expected)
    assert found.notes == ("No CO2 is known of XZ: what it delivers has no weight.",)
    question = NetworkQuestion("interprovincial", "embodied_co2", table_id="2012", co2_basis="satellite")
    assert load_network(marts, question).notes == ()


def test_a_negative_embodied_flow_is_told(marts: Marts):
    path = marts.lake.mart(marts.version, "accounts", "embodied_flow")
    pl.read_parquet(path).with_columns(-pl.col("co2_mt")).write_parquet(path)
    with pytest.raises(PublishedError, match="is negative in table 2012") as caught:
        load_network(marts, NetworkQuestion("interprovincial", "embodied_co2", table_id="2012"))
    assert caught.value.exit_code == 1


def test_the_nation_has_all_sectors_and_names_whose_co2_is_unknown(marts: Marts):
    found = load_network(marts, NetworkQuestion("national", "embodied_co2", table_id="2012"))
    assert len(found.nodes) == 1302
    assert found.network.weights.sum() == (90 + 120 + 4 + 90 + 30) + 7 + 50
    assert found.notes[0] == "No CO2 is known of XZ (1 of 5 sellers): what they deliver has no weight."
    satellite = NetworkQuestion("national", "embodied_co2", table_id="2012", co2_basis="satellite")
    assert load_network(marts, satellite).network.weights.sum() == 391 + 3 + 2


def test_sectors_without_co2_are_named_beside_provinces(marts: Marts):
    path = marts.lake.mart(marts.version, "accounts", "multiplier")
    unknown = pl.when(pl.col("sector_code") == SECTORS[1]).then(None).otherwise("co2_total_t_per_m_cny")
    pl.read_parquet(path).with_columns(unknown.alias("co2_total_t_per_m_cny")).write_parquet(path)
    found = load_network(marts, NetworkQuestion("national", "embodied_co2", table_id="2012"))
    assert found.notes[0].startswith(f"No CO2 is known of XZ, {SECTORS[1]} (2 of 5 sellers)")


def test_the_newest_table_that_can_answer(marts: Marts):
    money = load_network(marts, NetworkQuestion("province", "flow", "GD"))
    assert (money.table_id, money.co2_basis, money.co2, money.is_synthetic) == ("2020", None, None, True)
    assert load_network(marts, NetworkQuestion("province", "embodied_co2", "GD")).table_id == "2017-new"


@pytest.mark.parametrize(
    ("question", "exit_code", "sentence"),
    [
        (NetworkQuestion("province", "flow"), 2, "name it with --province"),
        (NetworkQuestion("province", "flow", "Atlantis"), 2, "there is no province 'Atlantis'; the codes are BJ"),
        (NetworkQuestion("national", "flow", "GD"), 2, "not to --scope national"),
        (NetworkQuestion("province", "flow", "GD", "2099"), 2, "there is no table '2099'"),
        (NetworkQuestion("province", "embodied_co2", "GD", "2020"), 1, "has no CO2 of the inventory basis"),
        (
            NetworkQuestion("province", "embodied_co2", "XZ", "2012"),
            1,
            "known in XZ in table 2012, .* or --co2-basis satellite with --table 2012",
        ),
    ],
)
def test_what_cannot_be_answered_is_told(marts: Marts, question: NetworkQuestion, exit_code: int, sentence: str):
    with pytest.raises(PublishedError, match=sentence) as caught:
        load_network(marts, question)
    assert caught.value.exit_code == exit_code
