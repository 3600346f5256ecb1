"""The registry, and what holds for all filters: units, permutation, transposition, nesting, trivial networks."""

import doctest
import inspect
import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from visceads import backbone
from visceads.backbone import METHODS, apply_filter

# Whole numbers keep ties and order under any change of unit; sizes 0 to 6 include the trivial networks.
networks = st.integers(0, 6).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(0, 12).map(float)))
loops_flags = st.sampled_from(["keep", "drop"])

# Odd levels: no p-value and no score of small whole weights lies on the cut itself.
LEVELS = {
    "top_share": (0.1, 0.3, 1.0),
    "threshold": (2.0, 1.013, 0.5),
    "k_strongest": (1, 2, 4),
    "noise_corrected": (2.32, 1.64, 0.0),
    "high_salience": (0.811, 0.513, 0.113),
} | dict.fromkeys(
    ("disparity", "disparity_tree", "marginal_likelihood", "hypergeometric", "lans", "polya"), (0.0117, 0.0517, 0.2171)
)
"""Parameters from strict to loose."""

BY_SIDE = ("disparity", "lans", "polya")


def applied(weights, name, loops="drop", parameter=None):
    options = {"a": 0.7} if name == "polya" else {}  # fitting it for every example would take the time of all others
    if name == "noise_corrected" and np.sum(weights) < 50:
        weights = np.asarray(weights) * 50  # a total of little more than 1 is refused
    if parameter is None and name in LEVELS:
        parameter = LEVELS[name][1]
    return apply_filter(weights, name, parameter, self_loops=loops, **options)


# --- the registry ---


def test_every_public_filter_is_registered():
    public = {
        name
        for name in backbone.__all__
        if inspect.isfunction(getattr(backbone, name))
        and inspect.signature(getattr(backbone, name)).return_annotation == "FilterResult"
    }
    assert public - {"apply_filter", "with_emitters", "consensus"} == set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_all_filters_have_one_form(name, w5):
    method = METHODS[name]
    arguments = list(inspect.signature(method.function).parameters.values())
    assert [a.name for a in arguments[: 1 + (method.parameter is not None)]] == [
        "weights",
        *filter(None, [method.parameter]),
    ]
    assert all(a.kind is inspect.Parameter.KEYWORD_ONLY for a in arguments[1 + (method.parameter is not None) :])
    assert method.options()["self_loops"] == ("keep" if name == "top_share" else "drop")
    assert method.meaning
    result = apply_filter(w5, name)
    assert result.method == name
    assert np.array_equal(result.is_kept, method.function(w5).is_kept)
    if method.parameter is not None:
        assert np.array_equal(result.is_kept, apply_filter(w5, name, method.default).is_kept)
    assert result.is_kept.any()
    assert np.array_equal(result.reason > 0, result.is_kept)


def test_unknown_names_are_refused(w5):
    with pytest.raises(ValueError, match="no filter 'backbone'; there are top_share"):
        apply_filter(w5, "backbone")
    with pytest.raises(ValueError, match="disparity has no option 'prior'; its options are side, correction"):
        apply_filter(w5, "disparity", prior="moment")
    with pytest.raises(ValueError, match=r"spanning_tree has no parameter, but 0\.05"):
        apply_filter(w5, "spanning_tree", 0.05)


@pytest.mark.parametrize("name", METHODS)
def test_faulty_arguments_are_refused_by_all(name):
    with pytest.raises(ValueError, match=r"row 0 \(seller\), column 1 \(buyer\)"):
        apply_filter([[0, -1], [1, 0]], name)
    with pytest.raises(ValueError, match="'keep' or 'drop'"):
        apply_filter([[0, 9], [9, 0]], name, self_loops="no")


def test_examples_of_the_package_are_right():
    assert doctest.testmod(backbone).failed == 0


# --- invariants ---


@pytest.mark.parametrize("name", [n for n in METHODS if METHODS[n].is_unit_free])
@settings(max_examples=15, deadline=None)
@given(networks, loops_flags, st.sampled_from([1e-3, 7.0, 1e6]))
def test_kept_sets_do_not_depend_on_the_unit(name, weights, loops, factor):
    plain, scaled = applied(weights, name, loops), applied(weights * factor, name, loops)
    assert np.array_equal(plain.is_kept, scaled.is_kept)
    assert np.allclose(plain.p_seller, scaled.p_seller, atol=1e-12, equal_nan=True)
    assert np.array_equal(plain.rank, scaled.rank, equal_nan=True)


@pytest.mark.parametrize("name", [n for n in METHODS if not METHODS[n].is_unit_free])
def test_filters_that_depend_on_the_unit_say_so(name, w5):
    counts = {int(apply_filter(w5.weights * factor, name).is_kept.sum()) for factor in (0.02, 1, 1000)}
    assert len(counts) > 1
    assert "the unit" in apply_filter(w5, name).note


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=10, deadline=None)
@given(st.integers(1, 6), loops_flags, st.integers(0, 10**6))
def test_permuted_nodes_permute_the_result(name, count, loops, seed):
    # Weights, sums and scaled weights all differ, so that nothing is left to the order of the nodes; the scaled
    # weights of two or three nodes are equal whatever the network.
    assume(name != "doubly_stochastic" or count > 3)
    generator = np.random.default_rng(seed)
    weights, order = generator.lognormal(3, 1, (count, count)), generator.permutation(count)
    plain, moved = applied(weights, name, loops), applied(weights[np.ix_(order, order)], name, loops)
    assert np.array_equal(moved.kept_matrix(), plain.kept_matrix()[np.ix_(order, order)])


@pytest.mark.parametrize("name", BY_SIDE)
@settings(max_examples=25, deadline=None)
@given(networks, loops_flags)
def test_transposition_swaps_the_sides(name, weights, loops):
    plain, turned = applied(weights, name, loops), applied(weights.T, name, loops)
    back = np.lexsort((turned.seller, turned.buyer))
    assert np.allclose(plain.p_seller, turned.p_buyer[back], atol=1e-12, equal_nan=True)
    assert np.allclose(plain.p_buyer, turned.p_seller[back], atol=1e-12, equal_nan=True)
    assert np.array_equal(plain.is_kept, turned.is_kept[back])


@pytest.mark.parametrize("name", LEVELS)
@settings(max_examples=15, deadline=None)
@given(networks, loops_flags)
def test_kept_sets_are_nested(name, weights, loops):
    results = [applied(weights, name, loops, level) for level in LEVELS[name]]
    for stricter, looser in itertools.pairwise(results):
        assert not np.any(stricter.is_kept & ~looser.is_kept)


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=15, deadline=None)
@given(networks, loops_flags)
def test_figures_are_finite_and_probabilities_are_probabilities(name, weights, loops):
    result = applied(weights, name, loops)
    counted = ~result.is_self_loop | (loops == "keep")
    if result.status == "ok":
        assert np.isfinite(result.score[counted]).all()
    for p in (result.p_seller, result.p_buyer, result.p_value):
        assert np.isnan(p).all() or np.all((p[counted] >= 0) & (p[counted] <= 1))
    for figure in (result.share, result.rank, result.score, result.p_seller, result.p_buyer):
        assert np.isnan(figure[~counted]).all()
    assert not result.is_kept[~counted].any()


@pytest.mark.parametrize("name", [n for n in METHODS if n != "top_share"])
@settings(max_examples=15, deadline=None)
@given(networks, loops_flags)
def test_inactive_node_changes_nothing(name, weights, loops):
    plain, padded = applied(weights, name, loops), applied(np.pad(weights, ((0, 1), (0, 1))), name, loops)
    assert np.array_equal(plain.is_kept, padded.is_kept)
    assert np.allclose(plain.score, padded.score, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_trivial_networks(name, size):
    empty = applied(np.zeros((size, size)), name)
    assert empty.to_frame().height == 0
    assert empty.kept_matrix().shape == (size, size)
    if size:
        weights = np.zeros((size, size))
        weights[0, size - 1] = 90.0  # a self-loop for size 1
        assert applied(weights, name, "keep").to_frame().height == 1
        assert applied(weights, name, "drop").to_frame().height == 1


@pytest.mark.parametrize("name", METHODS)
def test_equal_calls_give_equal_results(name):
    weights = np.round(np.random.default_rng(2).lognormal(1, 1, (12, 12)))  # many ties
    first, second = applied(weights, name), applied(weights, name)
    assert first.to_frame().equals(second.to_frame())
