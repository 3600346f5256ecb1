"""Where things lie and how a run is made: one typed settings object.

Belongs here: paths and choices that a user may set, by argument or by an environment variable VISCEADS_...
Not here: constants of the field (they are seeds) and of the code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from visceads.codes import PROJECT_ROOT

_MEANINGFUL_IN_SQL = set("'*?[]{}")
"""Quote, patterns of file names, and what dbt fills in: `read_parquet('<lake>/bronze/{name}/*.parquet')`."""


class Settings(BaseSettings):
    """Settings of one lake.

    Attributes:
        lake: the folder of the lake; VISCEADS_LAKE. Default: `data_lake` in the clone.
        raw: the folder with the workbooks, searched with all its subfolders; VISCEADS_RAW. Default: `raw` in the lake.
        split_rule: how the three mixed inventory rows are shared among sectors; VISCEADS_SPLIT_RULE.
        project: the clone, which holds `dbt_project/`; VISCEADS_PROJECT.
    """

    model_config = SettingsConfigDict(env_prefix="VISCEADS_", frozen=True, extra="ignore")

    lake: Path = PROJECT_ROOT / "data_lake"
    raw: Path | None = None
    split_rule: Literal["fuel_purchase", "output_share", "equal"] = Field(default="fuel_purchase")
    project: Path = PROJECT_ROOT

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
        return {
            "VISCEADS_LAKE": str(self.lake),
            "VISCEADS_RAW": str(self.raw_folder),
            "VISCEADS_SPLIT_RULE": self.split_rule,
            "VISCEADS_PROJECT": str(self.project),
            "VISCEADS_BUILD_DATABASE": str(self.lake / "build" / "visceads_build.duckdb"),
            "DAGSTER_HOME": str(self.lake / "build" / "dagster"),
            "DBT_PROFILES_DIR": str(self.dbt_project),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
