"""The noise-corrected filter: known answers, both priors, limits of the unit."""

import networkx as nx
import numpy as np
import pytest

from visceads.backbone import noise_corrected


@pytest.mark.parametrize("loops", ["keep", "drop"])
def test_w5(loops, w5, known_w5, on_cells):
    # Known answers W5, tolerance 1e-9. The script in circulation has another prior, hence another deviation.
    for prior in ("moment", "script"):
        result = noise_corrected(w5, prior=prior, self_loops=loops)
        deviation = known_w5(f"nc_sd_{prior}", loops)
        assert np.allclose(on_cells(result, "score"), known_w5("nc_score", loops), rtol=0, atol=1e-9, equal_nan=True)
        assert np.allclose(on_cells(result, "score_sd"), deviation, rtol=0, atol=1e-9, equal_nan=True)


def test_kept_edges_of_w5(w5, kept_names):
    assert kept_names(noise_corrected(w5, self_loops="keep")) == "AA AB BB CC DE ED"
    assert kept_names(noise_corrected(w5, self_loops="drop")) == "AB BA BC BD CD CE DB DE ED"


def test_total_of_an_undirected_network_holds_both_directions(on_cells):
    # netbone 0.2.3 takes T = 23, one direction, and finds .0299 for a-b instead of .3596.
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        [("a", "b", 6), ("a", "c", 3), ("b", "c", 2), ("c", "d", 4), ("a", "d", 1), ("d", "e", 2), ("b", "e", 5)]
    )
    score = on_cells(noise_corrected(nx.to_numpy_array(graph, nodelist="abcde")), "score")
    found = [score["abcde".index(i), "abcde".index(j)] for i, j in ("ab", "ac", "bc", "cd", "ad", "de", "be")]
    expected = [0.359606, 0.210526, -0.119617, 0.489879, -0.206897, 0.304965, 0.433022]
    assert np.allclose(found, expected, rtol=0, atol=1e-6)
    assert np.allclose(score, score.T, equal_nan=True)


@pytest.mark.parametrize("prior", ["moment", "script"])
def test_les_miserables_counts(prior):
    weights = nx.to_numpy_array(nx.les_miserables_graph())
    kept = [noise_corrected(weights, d, prior=prior).is_kept.sum() // 2 for d in (1, 1.28, 1.64, 2.32)]
    assert kept == [213, 209, 195, 177]


def test_score_is_unit_free_and_deviation_is_not(w5):
    result, tenfold = noise_corrected(w5), noise_corrected(w5.weights * 10)
    assert np.allclose(result.score, tenfold.score, equal_nan=True)
    assert np.nanmax(tenfold.score_sd / result.score_sd) < 0.5
    assert "depends on the unit" in result.note


def test_only_seller_leaves_no_doubt_about_the_chance():
    result = noise_corrected([[0, 30, 70], [0, 0, 0], [0, 0, 0]])
    assert np.allclose(result.score, 0)  # as expected: the buyers' shares are all there is
    assert np.isfinite(result.score_sd).all()
    assert not result.is_kept.any()
    assert noise_corrected([[0, 30], [0, 0]]).score.tolist() == [0]


def test_refusals(w5):
    with pytest.raises(ValueError, match="smaller unit"):
        noise_corrected(w5.weights / 1000)
    with pytest.raises(ValueError, match="delta is -1"):
        noise_corrected(w5, -1)
    with pytest.raises(ValueError, match="prior is 'none'"):
        noise_corrected(w5, prior="none")
