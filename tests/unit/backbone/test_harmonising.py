"""Networks of both classifications on the 41 harmonised sectors."""

import numpy as np
import pytest

from visceads import codes
from visceads.backbone import disparity, network_from_matrix
from visceads.backbone.comparison import compare
from visceads.backbone.harmonising import harmonised_network, harmonised_sectors

HARMONISED = codes.seed("sector_harmonised").sort("harmonised_no")["harmonised_code"].to_list()


def network(classification, seed, provinces=()):
    sectors = codes.sector_codes(classification)
    labels = [(p, s) for p in provinces for s in sectors] if provinces else list(sectors)
    return network_from_matrix(np.random.default_rng(seed).lognormal(3, 2, (len(labels),) * 2), labels)


@pytest.mark.parametrize("classification", codes.CLASSIFICATIONS)
def test_every_sector_of_both_lists_has_one_of_41(classification):
    sectors = harmonised_sectors(classification)
    assert list(sectors) == list(codes.sector_codes(classification))
    assert set(sectors.values()) == set(HARMONISED)
    assert len(HARMONISED) == 41


@pytest.mark.parametrize("classification", codes.CLASSIFICATIONS)
def test_weights_are_added_up(classification):
    fine = network(classification, 1)
    found = harmonised_network(fine, classification)
    assert list(found.labels) == HARMONISED
    members = [[k for k, s in enumerate(fine.labels) if harmonised_sectors(classification)[s] == h] for h in HARMONISED]
    expected = [[fine.weights[np.ix_(i, j)].sum() for j in members] for i in members]
    assert np.allclose(found.weights, expected, rtol=1e-12)


def test_pairs_of_province_and_sector_keep_the_order_of_provinces():
    found = harmonised_network(network("2017", 2, ("TJ", "BJ")), "2017")
    assert list(found.labels) == [(p, h) for p in ("TJ", "BJ") for h in HARMONISED]


def test_years_of_different_classifications_can_be_compared():
    years = [harmonised_network(network(name, 3), name) for name in codes.CLASSIFICATIONS]
    found = compare(*(disparity(year) for year in years))
    assert 0 < found.edge_jaccard < 1


def test_what_cannot_be_harmonised_is_refused():
    with pytest.raises(ValueError, match="no classification '1999'"):
        harmonised_sectors("1999")
    with pytest.raises(ValueError, match="have no names"):
        harmonised_network(network_from_matrix(np.ones((2, 2))), "2012")
    with pytest.raises(ValueError, match=r"'magic' is no sector of the classification 2012"):
        harmonised_network(network_from_matrix(np.ones((1, 1)), ["magic"]), "2012")
    foreign = sorted(set(codes.sector_codes("2012")) - set(codes.sector_codes("2017")))
    assert foreign
    with pytest.raises(ValueError, match="is no sector of the classification 2017"):
        harmonised_network(network_from_matrix(np.ones((1, 1)), [("BJ", foreign[0])]), "2017")
