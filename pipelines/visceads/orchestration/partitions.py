"""The partitions: table ids on the side of the tables, years on the side of the inventories.

Belongs here: the two dynamic partition sets and what a run without a chosen partition means. Not here: assets.

Province is a column, never a partition. A run in which nobody chose a partition works on all of them: one run of the
whole graph can so hold assets of both sets, which a partition range could not.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

TABLE_IDS = dg.DynamicPartitionsDefinition(name="table_id")
INVENTORY_YEARS = dg.DynamicPartitionsDefinition(name="inventory_year")
SINGLE_RUN = dg.BackfillPolicy.single_run()


def chosen_partitions(context: dg.AssetExecutionContext, partitions: dg.DynamicPartitionsDefinition) -> Sequence[str]:
    """The partitions that this run works on: those that were chosen, or all."""
    if context.has_partition_key or context.has_partition_key_range:
        return list(context.partition_keys)
    return list(partitions.get_partition_keys(dynamic_partitions_store=context.instance))


def report_partitions(context: dg.AssetExecutionContext, asset_key: dg.AssetKey, partitions: Sequence[str]) -> None:
    """Tell Dagster which partitions a run without a chosen partition has made, so that the UI shows them."""
    if context.has_partition_key or context.has_partition_key_range:
        return
    for key in partitions:
        context.log_event(dg.AssetMaterialization(asset_key=asset_key, partition=key))


def set_partitions(
    instance: dg.DagsterInstance, definition: dg.DynamicPartitionsDefinition, keys: Sequence[str]
) -> None:
    """Make the partitions of a set exactly `keys`."""
    name = definition.name
    assert name is not None
    for gone in set(instance.get_dynamic_partitions(name)) - set(keys):
        instance.delete_dynamic_partition(name, gone)
    instance.add_dynamic_partitions(name, sorted(keys))
