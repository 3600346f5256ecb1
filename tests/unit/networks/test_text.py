"""The summary of a backbone and the list of methods."""

from __future__ import annotations

from visceads import codes
from visceads.backbone import METHODS
from visceads.lake.paths import LakePaths
from visceads.networks.backbone_answer import BackboneQuestion, answer_backbone
from visceads.networks.published_network import NetworkQuestion
from visceads.networks.text import as_text, kept_only, list_of_methods

SECTORS = codes.sector_codes("2012")
GUANGDONG = NetworkQuestion("province", "flow", "GD", "2012")


def test_summary_of_money(published_lake: LakePaths):
    question = BackboneQuestion("threshold", GUANGDONG, 50.0, {"kind": "absolute"})
    lines = as_text(answer_backbone(published_lake, question)).splitlines()
    assert lines[0] == "Backbone of the money flow (million yuan) inside GD, table 2012, version 0123456789ab"
    assert "edges     2 of 4 kept (50.0 %)" in lines
    assert "nodes     3 of 3 have a kept edge" in lines
    assert "carried   81.5 % of the money flow between different nodes (77.3 % with self-loops)" in lines
    assert (
        "carried   69.1 % of the embodied CO2 (inventory basis) between different nodes (62.9 % with self-loops)"
        in lines
    )
    assert lines[-2].split() == [SECTORS[0], "->", SECTORS[1], "90.0", "48.91", "%"]
    assert "SYNTHETIC" not in lines


def test_summary_of_provinces_and_of_the_nation(published_lake: LakePaths):
    provinces = NetworkQuestion("interprovincial", "flow", table_id="2012")
    text = as_text(answer_backbone(published_lake, BackboneQuestion("top_share", provinces)))
    assert "between the provinces, table 2012" in text
    assert "  GD -> GD  194.0" in text
    nation = NetworkQuestion("national", "embodied_co2", table_id="2012")
    text = as_text(answer_backbone(published_lake, BackboneQuestion("primary_linkage", nation)))
    assert f"  GD {SECTORS[1]}" in text
    assert "embodied CO2 (Mt, inventory basis) between all sectors of all provinces" in text
    assert "note      No CO2 is known of XZ" in text
    assert "of the money flow between different nodes\n" in text


def test_coefficients_synthetic_tables_and_units_are_told(published_lake: LakePaths):
    network = NetworkQuestion("province", "coefficient", "GD", "2020")
    text = as_text(answer_backbone(published_lake, BackboneQuestion("spanning_tree", network)))
    assert "SYNTHETIC" in text
    assert "100.0 % of the weights between different nodes" in text
    assert "0.45" in text
    text = as_text(answer_backbone(published_lake, BackboneQuestion("marginal_likelihood", GUANGDONG)))
    assert "note      the p-values depend on the unit of the weights" in text


def test_a_backbone_without_an_edge_says_what_to_do(published_lake: LakePaths):
    answer = answer_backbone(published_lake, BackboneQuestion("disparity", GUANGDONG, 1e-9))
    assert "No edge is kept. `visceads backbone --list`" in as_text(answer)
    assert kept_only(answer.edges).is_empty()


def test_kept_edges_come_largest_first(published_lake: LakePaths):
    answer = answer_backbone(published_lake, BackboneQuestion("primary_linkage", GUANGDONG))
    assert kept_only(answer.edges)["weight"].to_list() == [90, 60, 30]


def test_every_method_is_listed_with_its_parameter_and_meaning():
    text = list_of_methods()
    for method in METHODS.values():
        parameter = "" if method.parameter is None else f"  {method.parameter} = {method.default}"
        assert f"{method.name}{parameter}\n    {method.meaning}" in text
    assert "self_loops=drop" in text
