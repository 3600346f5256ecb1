"""Dagster's event log in SQLite files, with the database engines kept.

Belongs here: one change to Dagster's own storage, named in `deploy/dagster.yaml`. Not here: anything about assets.

Dagster's storage makes a new SQLAlchemy engine for every event, and with it compiles every statement anew: 9 ms an
event, and a run has some 1,000. With the engines kept it is 5 ms: 4 of 60 seconds. Connections are opened
and closed as before (no pool), so files, locking and what other processes see stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool


class EngineKeepingEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log, one engine a file instead of one an event.

    Args:
        base_dir: the folder of the files, one a run and one index.
        inst_data: how the instance was configured; given by Dagster.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, object]
    ) -> EngineKeepingEventLogStorage:
        """Return the storage of a configuration; called by Dagster."""
        return cls(str(config_value["base_dir"]), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=NullPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
            )
        return self._engines[shard]
