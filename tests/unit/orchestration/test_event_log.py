"""The event log with kept engines writes the same files as Dagster's own, and each reads what the other wrote."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from visceads.orchestration.event_log import EngineKeepingEventLogStorage

KEY = dg.AssetKey(["mrio", "flow"])


@dg.asset(key=KEY)
def one_asset() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("VISCEADS_EVENT_LOG", str(tmp_path / "history" / "runs"))
    return tmp_path


def use(home: Path, is_ours: bool) -> None:
    ours = (
        "event_log_storage:\n  module: visceads.orchestration.event_log\n  class: EngineKeepingEventLogStorage\n"
        "  config:\n    base_dir:\n      env: VISCEADS_EVENT_LOG\n"
    )
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n" + (ours if is_ours else ""))


@pytest.mark.parametrize("writes_with_ours", [True, False])
def test_either_storage_reads_what_the_other_wrote(home: Path, writes_with_ours: bool):
    use(home, writes_with_ours)
    with dg.DagsterInstance.get() as instance:
        kind = EngineKeepingEventLogStorage if writes_with_ours else SqliteEventLogStorage
        assert type(instance.event_log_storage) is kind
        run_id = dg.materialize([one_asset], instance=instance).run_id
    use(home, not writes_with_ours)
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(KEY)
        assert event is not None
        assert event.run_id == run_id
        happened = {str(entry.dagster_event_type) for entry in instance.all_logs(run_id) if entry.is_dagster_event}
        assert any("STEP_SUCCESS" in kind for kind in happened)
        assert any("ASSET_MATERIALIZATION" in kind for kind in happened)


def test_an_engine_serves_all_events_of_a_file(home: Path):
    use(home, is_ours=True)
    with dg.DagsterInstance.get() as instance:
        dg.materialize([one_asset], instance=instance)
        dg.materialize([one_asset], instance=instance)
        storage = instance.event_log_storage
        assert isinstance(storage, EngineKeepingEventLogStorage)
        assert len(storage._engines) == 3  # the index and two runs
