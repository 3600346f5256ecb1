"""All filters of directed weighted networks, and one way to call any of them by name.

Belongs here: the registry `METHODS` and `apply_filter`. Not here: the filters (one module a family), their
result (`filter_result`).

Form of every filter: `name(weights, <its main parameter>, *, <options>, self_loops=...) -> FilterResult`, with
`weights` a `Network` or a matrix of shape (N, N), row = seller, column = buyer, cells >= 0. Filters without a
parameter lack that argument. A filter's own measure of an edge is its `score` (large = keep); where it has
p-values (small = keep) they come by side: `p_seller` looks at the seller's deliveries, `p_buyer` at the buyer's
purchases.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from visceads.backbone.combinations import disparity_tree
from visceads.backbone.cuts import k_strongest, threshold, top_share
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.global_null_models import hypergeometric, marginal_likelihood
from visceads.backbone.linkage import filtering_edges, multiple_linkage, primary_linkage
from visceads.backbone.local_null_models import disparity, lans
from visceads.backbone.network import Weights
from visceads.backbone.noise_corrected import noise_corrected
from visceads.backbone.path_filters import high_salience, metric_backbone, ultrametric_backbone
from visceads.backbone.polya import polya
from visceads.backbone.scaling import doubly_stochastic
from visceads.backbone.trees import arborescence, spanning_tree

__all__ = [
    "METHODS",
    "Method",
    "apply_filter",
    "arborescence",
    "disparity",
    "disparity_tree",
    "doubly_stochastic",
    "filtering_edges",
    "high_salience",
    "hypergeometric",
    "k_strongest",
    "lans",
    "marginal_likelihood",
    "metric_backbone",
    "multiple_linkage",
    "noise_corrected",
    "polya",
    "primary_linkage",
    "spanning_tree",
    "threshold",
    "top_share",
    "ultrametric_backbone",
]

_LEVEL = "significance level: an edge is kept if its p-value is below; smaller = fewer edges"


@dataclass(frozen=True)
class Method:
    """One filter as the registry knows it.

    Attributes:
        name: name of the filter, of its function and in results.
        function: the filter.
        parameter: name of its main parameter, None if it has none.
        default: default of that parameter, None if it has none.
        meaning: what the parameter means, or what decides instead.
        is_unit_free: whether the kept edges stay the same when all weights are multiplied by one number.
    """

    name: str
    function: Callable[..., FilterResult]
    parameter: str | None
    default: float | None
    meaning: str
    is_unit_free: bool = True

    def options(self) -> Mapping[str, object]:
        """The options of the filter and their defaults, `self_loops` among them."""
        arguments = inspect.signature(self.function).parameters.values()
        return {a.name: a.default for a in arguments if a.kind is inspect.Parameter.KEYWORD_ONLY}


def _method(
    function: Callable[..., FilterResult], parameter: str | None, meaning: str, *, is_unit_free: bool = True
) -> Method:
    default = None if parameter is None else inspect.signature(function).parameters[parameter].default
    return Method(function.__name__, function, parameter, default, meaning, is_unit_free)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        method.name: method
        for method in (
            _method(top_share, "share", "share of all N^2 cells that is kept, the largest first"),
            _method(
                threshold,
                "tau",
                "smallest weight that is kept: by `kind` a multiple of the mean, a weight, a quantile, a share of the "
                "total or of the column; only `kind='absolute'` depends on the unit",
            ),
            _method(k_strongest, "k", "number of largest out-edges of every seller and in-edges of every buyer"),
            _method(disparity, "alpha", _LEVEL),
            _method(disparity_tree, "alpha", f"{_LEVEL}; the maximum spanning tree is kept besides"),
            _method(
                noise_corrected,
                "delta",
                "number of standard deviations by which the score must exceed 0; larger = fewer edges",
                is_unit_free=False,
            ),
            _method(marginal_likelihood, "alpha", _LEVEL, is_unit_free=False),
            _method(hypergeometric, "alpha", _LEVEL, is_unit_free=False),
            _method(lans, "alpha", f"{_LEVEL}; p is the share of the node's edges that are larger"),
            _method(polya, "alpha", f"{_LEVEL}; only `form='discrete'` depends on the unit"),
            _method(high_salience, "salience", "share of the shortest-path trees above which an edge is kept"),
            _method(doubly_stochastic, None, "none: as many edges of the scaled network as connect it"),
            _method(spanning_tree, None, "none: the tree of the greatest weight"),
            _method(arborescence, None, "none: at most one in-edge a node, the greatest weight without a circle"),
            _method(metric_backbone, None, "none: edges that no detour shortens"),
            _method(ultrametric_backbone, None, "none: edges that no path of stronger edges replaces"),
            _method(primary_linkage, None, "none: the largest edge of each node"),
            _method(multiple_linkage, None, "none: the number of edges that each node's weights resemble most"),
            _method(filtering_edges, None, "none: the largest edges whose share balances the number of the others"),
        )
    }
)
"""Every filter by name."""


def apply_filter(
    weights: Weights,
    method: str,
    parameter: float | None = None,
    **options: Any,  # noqa: ANN401 - the filters check their own options
) -> FilterResult:
    """Apply the filter of this name.

    Args:
        weights: network, or matrix of shape (N, N), row = seller, column = buyer, cells >= 0.
        method: a name in `METHODS`.
        parameter: its main parameter (`METHODS[method].parameter`); None: the default.
        **options: its options by name (`METHODS[method].options()`), `self_loops` among them.

    Raises:
        ValueError: if there is no such method, it has no parameter or no such option, or a value is outside its
            range.
    """
    chosen = METHODS.get(method)
    if chosen is None:
        raise ValueError(f"there is no filter '{method}'; there are {', '.join(METHODS)}")
    known = chosen.options()
    unknown = [name for name in options if name not in known]
    if unknown:
        raise ValueError(f"{method} has no option '{unknown[0]}'; its options are {', '.join(known)}")
    if parameter is None:
        return chosen.function(weights, **options)
    if chosen.parameter is None:
        raise ValueError(f"{method} has no parameter, but {parameter} was passed; leave it out")
    return chosen.function(weights, parameter, **options)
