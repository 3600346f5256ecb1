"""The Dagster code location: binding, nothing else."""

from visceads.orchestration.build import build_definitions
from visceads.settings import Settings

defs = build_definitions(Settings())
