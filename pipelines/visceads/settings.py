"""Where things lie and how a run is made: one typed settings object.

Belongs here: paths and choices that a user may set, by argument or by an environment variable VISCEADS_...
Not here: constants of the field (they are seeds) and of the code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveInt, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from visceads.codes import PROJECT_ROOT, seed

_MEANINGFUL_IN_SQL = set("'*?[]{}")
"""Quote, patterns of file names, and what dbt fills in: `read_parquet('<lake>/bronze/{name}/*.parquet')`."""


_CORRECTION_WORDS = frozenset({"default", "none", "all"})


class Settings(BaseSettings):
    """Settings of one lake.

    Attributes:
        lake: the folder of the lake; VISCEADS_LAKE. Default: `data_lake` in the clone.
        raw: the folder with the workbooks, searched with all its subfolders; VISCEADS_RAW. Default: `raw` in the lake.
        split_rule: how the three mixed inventory rows are shared among sectors; VISCEADS_SPLIT_RULE.
        carbon_price_cny_per_t: yuan per tonne of CO2 of accounts.price_pass_through, 0 or more;
            VISCEADS_CARBON_PRICE_CNY_PER_T.
        corrections: which corrections of known source errors are made: `default` (as the seed known_issue says),
            `none`, `all`, or names of corrections parted by commas (kept sorted, each once); VISCEADS_CORRECTIONS.
        project: the clone, which holds `dbt_project/`; VISCEADS_PROJECT.
        max_file_bytes (and all that begin with max_): the largest workbook that is read, VISCEADS_MAX_FILE_BYTES and so
            on; None for the default. What each bounds, and the defaults: `workbooks.limits.Limits`.
    """

    model_config = SettingsConfigDict(env_prefix="VISCEADS_", frozen=True, extra="ignore")

    lake: Path = PROJECT_ROOT / "data_lake"
    raw: Path | None = None
    split_rule: Literal["fuel_purchase", "output_share", "equal"] = Field(default="fuel_purchase")
    carbon_price_cny_per_t: float = Field(default=100.0, ge=0, allow_inf_nan=False)
    corrections: str = "default"
    project: Path = PROJECT_ROOT
    max_file_bytes: PositiveInt | None = None
    max_old_workbook_bytes: PositiveInt | None = None
    max_text_bytes: PositiveInt | None = None
    max_archive_bytes: PositiveInt | None = None
    max_part_bytes: PositiveInt | None = None
    max_archive_parts: PositiveInt | None = None
    max_compression_ratio: PositiveInt | None = None
    max_sheet_cells: PositiveInt | None = None
    max_unusual_cells: PositiveInt | None = None
    max_workbook_cells: PositiveInt | None = None
    max_shared_strings: PositiveInt | None = None
    max_sheet_text_bytes: PositiveInt | None = None

    @field_validator("lake", "raw", "project")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().resolve()

    @field_validator("lake")
    @classmethod
    def _readable_by_sql(cls, path: Path) -> Path:
        found = sorted(set(str(path)) & _MEANINGFUL_IN_SQL)
        if found:
            raise ValueError(f"the path of a lake stands in SQL, so it must not contain {' '.join(found)}")
        return path

    @field_validator("corrections")
    @classmethod
    def _known_corrections(cls, chosen: str) -> str:
        names = sorted({name.strip() for name in chosen.split(",")})
        if len(names) == 1 and names[0] in _CORRECTION_WORDS:
            return names[0]
        known = sorted(set(seed("known_issue")["correction"].drop_nulls()))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(
                f"there is no correction '{unknown[0]}'; use default, none, all, or one or more of {', '.join(known)}, "
                "parted by commas"
            )
        return ",".join(names)

    @property
    def raw_folder(self) -> Path:
        """The folder that is searched for workbooks."""
        return self.raw or self.lake / "raw"

    @property
    def dbt_project(self) -> Path:
        """The folder of the dbt project."""
        return self.project / "dbt_project"

    def environment(self) -> dict[str, str]:
        """The variables that a child process needs to work on the same lake."""
        bounds = {name: getattr(self, name) for name in type(self).model_fields if name.startswith("max_")}
        return {
            **{f"VISCEADS_{name.upper()}": str(bound) for name, bound in bounds.items() if bound is not None},
            "VISCEADS_LAKE": str(self.lake),
            "VISCEADS_RAW": str(self.raw_folder),
            "VISCEADS_SPLIT_RULE": self.split_rule,
            "VISCEADS_CARBON_PRICE_CNY_PER_T": str(self.carbon_price_cny_per_t),
            "VISCEADS_CORRECTIONS": self.corrections,
            "VISCEADS_PROJECT": str(self.project),
            "VISCEADS_BUILD_DATABASE": str(self.lake / "build" / "visceads_build.duckdb"),
            "DAGSTER_HOME": str(self.lake / "build" / "dagster"),
            "VISCEADS_EVENT_LOG": str(self.lake / "build" / "dagster" / "history" / "runs"),
            "DBT_PROFILES_DIR": str(self.dbt_project),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
