"""What an edge of an inter-industry network can weigh: money, money per unit of output, embodied CO2.

Belongs here: the formulas of the weights, and weights of groups of nodes. Not here: where flows, outputs and
intensities come from; filters.

The money flow itself, million yuan from seller (row) to buyer (column), is a weight as it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from visceads.backbone.edges import FloatArray

TONNES_PER_MT = 1e6


def technical_coefficients(flow: FloatArray, output: FloatArray) -> FloatArray:
    """Return a_ij = flow_ij / output_j: what buyer j needs of seller i per unit of its gross output, without unit.

    Args:
        flow: (N, N), row = seller, column = buyer, million yuan.
        output: (N) gross output of each buyer, million yuan. Without output a column is 0.

    Raises:
        ValueError: if the output has another length than the flows.
    """
    _check_length("gross outputs", output, flow)
    return np.divide(flow, output[None, :], out=np.zeros(flow.shape), where=output[None, :] > 0)


def embodied_co2(flow: FloatArray, intensity: FloatArray) -> FloatArray:
    """Return m_i flow_ij: the CO2 that a delivery carries, Mt.

    It counts the same tonne at every stage of production: its sum is no emission total.

    Args:
        flow: (N, N), row = seller, column = buyer, million yuan.
        intensity: (N) total intensity of each seller, t per million yuan; NaN where unknown: such a row is 0.

    Raises:
        ValueError: if the intensities have another length than the flows.
    """
    _check_length("intensities", intensity, flow)
    carried: FloatArray = np.nan_to_num(intensity, nan=0.0)[:, None] * flow / TONNES_PER_MT
    return carried


def added_up(weights: FloatArray, group: npt.ArrayLike, count: int) -> FloatArray:
    """Return the weights between groups of nodes, (count, count), always added in the same order.

    Only for weights that may be added: coefficients of groups are computed from the flows and outputs of groups.

    Args:
        weights: (N, N).
        group: (N) the group of each node, 0..count - 1.
        count: number of groups.

    Raises:
        ValueError: if the groups have another length than the weights.
    """
    groups = np.asarray(group, dtype=np.int64)
    _check_length("groups", groups, weights)
    rows = np.zeros((count, len(weights)))
    np.add.at(rows, groups, weights)
    columns = np.zeros((count, count))
    np.add.at(columns, groups, rows.T)
    return np.ascontiguousarray(columns.T)


def _check_length(name: str, values: npt.NDArray[np.generic], matrix: FloatArray) -> None:
    if values.shape != (len(matrix),):
        raise ValueError(f"{len(matrix)} nodes need {len(matrix)} {name}, but these have the shape {values.shape}")
