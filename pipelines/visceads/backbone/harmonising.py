"""Networks of tables whose sectors differ, brought to the sectors that they have in common.

Belongs here: which sectors of a classification form one harmonised sector, and adding up weights over them. Not
here: the seeds themselves (`codes`), filters, comparisons.

Two sectors of one classification may form one harmonised sector, so a table of 42 sectors becomes one of 41. The
filter is applied to the harmonised network, not carried over from the finer one.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache

from visceads import codes
from visceads.backbone.network import Network, network_from_matrix
from visceads.backbone.weight_kinds import added_up


@cache
def harmonised_sectors(classification: str) -> dict[str, str]:
    """Return sector code -> harmonised code of one classification, in the order of its sectors.

    Args:
        classification: '2012' or '2017'.

    Raises:
        ValueError: if there is no such classification.
    """
    rows = codes.seed("sector_harmonised_map").filter(classification=classification).sort("sector_no")
    if rows.is_empty():
        raise ValueError(f"there is no classification '{classification}'; there are {', '.join(codes.CLASSIFICATIONS)}")
    return dict(zip(rows["sector_code"], rows["harmonised_code"], strict=True))


def harmonised_network(network: Network, classification: str) -> Network:
    """Return the network with the sectors of a classification added up to the harmonised sectors.

    Only for weights that may be added: money flows, and the CO2 embodied in them. Technical coefficients must be
    computed anew from harmonised flows and outputs.

    Args:
        network: its nodes are named by sector code, or by pairs of province and sector code.
        classification: '2012' or '2017', the one of these codes.

    Returns:
        A network named likewise by harmonised codes; provinces keep their order, sectors have that of the
        harmonised list.

    Raises:
        ValueError: if there is no such classification, the nodes have no names, or a name holds no sector of it.
    """
    if network.labels is None:
        raise ValueError("the nodes of the network have no names; name them by sector code to harmonise them")
    to_harmonised = harmonised_sectors(classification)
    labels: list[Hashable] = []
    places: list[tuple[int, int]] = []
    provinces: dict[Hashable, int] = {}
    for label in network.labels:
        province, sector = label if isinstance(label, tuple) and len(label) == 2 else (None, label)
        if not isinstance(sector, str) or sector not in to_harmonised:
            raise ValueError(
                f"the node {label!r} is no sector of the classification {classification}; name nodes by its codes"
            )
        code = to_harmonised[sector]
        labels.append(code if province is None else (province, code))
        places.append((provinces.setdefault(province, len(provinces)), _harmonised_order()[code]))
    order = sorted(set(places))
    member_of = [order.index(place) for place in places]
    label_of = dict(zip(places, labels, strict=True))
    return network_from_matrix(added_up(network.weights, member_of, len(order)), [label_of[place] for place in order])


@cache
def _harmonised_order() -> dict[str, int]:
    rows = codes.seed("sector_harmonised").sort("harmonised_no")
    return {code: place for place, code in enumerate(rows["harmonised_code"])}
