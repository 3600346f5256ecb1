"""Backbones of directed weighted networks: filters, their results, and measures of nodes.

An edge points from seller to buyer; i to j and j to i are two edges, and self-loops take part or not by an explicit
flag. Every filter takes a square matrix (row = seller, column = buyer, cells >= 0, 0 = no edge) or a `Network`, and
returns a `FilterResult` with score, p-values by side, rank and `is_kept` of every edge.

On an edge list, whose names come back in the result:

    >>> from visceads import backbone
    >>> network = backbone.network_from_edges(
    ...     seller=["coal", "steel", "coal", "power", "power", "steel"],
    ...     buyer=["power", "cars", "steel", "steel", "cars", "power"],
    ...     weight=[90.0, 60.0, 4.0, 30.0, 2.0, 1.0],
    ... )
    >>> result = backbone.disparity(network, alpha=0.1)
    >>> result.to_frame().filter("is_kept").select("seller", "buyer", "weight", "rank").rows()
    [('coal', 'power', 90.0, 1), ('power', 'steel', 30.0, 3), ('steel', 'cars', 60.0, 2)]

On a matrix, whose nodes are numbers from 0:

    >>> flows = [[0, 4, 90], [0, 0, 1], [0, 30, 0]]
    >>> backbone.spanning_tree(flows).kept_matrix().tolist()
    [[0.0, 0.0, 90.0], [0.0, 0.0, 0.0], [0.0, 30.0, 0.0]]

By name, with the default parameter or another (`backbone.METHODS` says what it means):

    >>> backbone.apply_filter(flows, "k_strongest", 1).to_frame()["is_kept"].to_list()
    [False, True, True, True]

How much of the flow the kept edges carry, and what a stricter rule loses:

    >>> round(backbone.coverage(result).weight_coverage, 3)
    0.963
    >>> stricter = backbone.disparity(network, alpha=0.05)
    >>> backbone.edge_changes(result, stricter).filter(change="lost").select("seller", "buyer").rows()
    [('power', 'steel')]

Belongs here: the public names. Not here: any code.
"""

from visceads.backbone.combinations import consensus, disparity_tree, with_emitters
from visceads.backbone.comparison import Comparison, compare, compare_all, edge_changes
from visceads.backbone.coverage import Coverage, coverage, coverage_of_methods, robustness
from visceads.backbone.cuts import k_strongest, threshold, top_share
from visceads.backbone.filter_result import FilterResult
from visceads.backbone.filters import METHODS, Method, apply_filter
from visceads.backbone.global_null_models import hypergeometric, marginal_likelihood
from visceads.backbone.harmonising import harmonised_network, harmonised_sectors
from visceads.backbone.linkage import filtering_edges, multiple_linkage, primary_linkage
from visceads.backbone.local_null_models import disparity, lans
from visceads.backbone.network import Network, Weights, network_from_edges, network_from_matrix
from visceads.backbone.node_metrics import NodeMetrics, node_metrics
from visceads.backbone.noise_corrected import noise_corrected
from visceads.backbone.path_filters import high_salience, metric_backbone, ultrametric_backbone
from visceads.backbone.paths import path_lengths
from visceads.backbone.polya import polya, polya_likeliest_a
from visceads.backbone.scaling import doubly_stochastic
from visceads.backbone.significance import corrected_p_values
from visceads.backbone.trees import arborescence, spanning_tree
from visceads.backbone.widths import box_cox_widths

__all__ = [
    "METHODS",
    "Comparison",
    "Coverage",
    "FilterResult",
    "Method",
    "Network",
    "NodeMetrics",
    "Weights",
    "apply_filter",
    "arborescence",
    "box_cox_widths",
    "compare",
    "compare_all",
    "consensus",
    "corrected_p_values",
    "coverage",
    "coverage_of_methods",
    "disparity",
    "disparity_tree",
    "doubly_stochastic",
    "edge_changes",
    "filtering_edges",
    "harmonised_network",
    "harmonised_sectors",
    "high_salience",
    "hypergeometric",
    "k_strongest",
    "lans",
    "marginal_likelihood",
    "metric_backbone",
    "multiple_linkage",
    "network_from_edges",
    "network_from_matrix",
    "node_metrics",
    "noise_corrected",
    "path_lengths",
    "polya",
    "polya_likeliest_a",
    "primary_linkage",
    "robustness",
    "spanning_tree",
    "threshold",
    "top_share",
    "ultrametric_backbone",
    "with_emitters",
]
