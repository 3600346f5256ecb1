"""Widths: the Box-Cox parameter, its scaling to 1..40, and the cases in which it is undefined."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from visceads.backbone.widths import box_cox_lambda, box_cox_widths


def test_lambda_maximises_the_likelihood():
    # The formula of the docstring, maximised apart from scipy's own Box-Cox.
    values = np.random.default_rng(3).lognormal(8, 1.2, 88)

    def loss(parameter):
        variance = np.var((values**parameter - 1) / parameter)
        return -((parameter - 1) * np.log(values).sum() - len(values) / 2 * np.log(variance))

    expected = optimize.minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-10}).x
    assert box_cox_lambda(values) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("weights", [[7.0], [3.0, 3.0, 3.0], [1.0, 1.0 + 1e-12]])
def test_single_or_equal_weights_get_the_full_width(weights):
    assert box_cox_widths(weights).tolist() == [40.0] * len(weights)


def test_lambda_of_equal_weights_is_refused():
    with pytest.raises(ValueError, match="all weights are equal"):
        box_cox_lambda([2.0, 2.0])


def test_no_weights_have_no_widths():
    assert box_cox_widths([]).shape == (0,)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_weights_must_be_positive_and_finite(value):
    with pytest.raises(ValueError, match="positive, finite"):
        box_cox_widths([1.0, value])


@pytest.mark.filterwarnings("error")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=40))
def test_widths_are_finite_monotone_and_within_their_range(weights):
    widths = box_cox_widths(weights)
    assert np.all((widths >= 1) & (widths <= 40))
    assert np.all(np.diff(widths[np.argsort(weights)]) >= -1e-9)
    assert widths[np.argmax(weights)] == pytest.approx(40)


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_widths_do_not_depend_on_the_unit(factor):
    values = np.random.default_rng(4).lognormal(8, 1.2, 88)
    assert np.allclose(box_cox_widths(values * factor), box_cox_widths(values), atol=1e-5)


# Known answers, section 7 (prototype parity), tolerance 1e-5.
LAMBDAS = [
    ("AH", "2012", -0.532028),
    ("XZ", "2012", -0.416777),
    ("GD", "2012", -0.701423),
    ("BJ", "2015", -0.572279),
    ("GD", "2015", -0.750033),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("province", "year", "expected"), LAMBDAS)
def test_lambda_of_the_prototype(real_data, province, year, expected):
    edges = pl.read_parquet(real_data / "prototype" / "backbone_edges_2012_2015.parquet")
    flows = edges.filter(province_code=province, table_year=year)["flow_m_cny"].to_numpy()
    assert len(flows) == 88
    assert box_cox_lambda(flows) == pytest.approx(expected, abs=1e-5)
