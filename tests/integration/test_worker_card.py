"""The worker and its watcher, real processes, before a card that a fake pynvml describes; no GPU is used."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.preflight import local_time
from tests.integration.test_worker import NOTICED_S, result_of
from tests.makers_card import STRANGER, UUID
from tests.makers_worker import Running, worker
from tests.unit.test_nvml import FULL

FAKES = Path(__file__).parents[1] / "fakes" / "nvml"
#: Never in /proc: ids of Linux end below it.
ABOVE_ALL = 2**22 + STRANGER
LSTM = {"case": "lstm", "quick": True, "max_seconds": 1, "gpu": UUID}


class Host:
    """A host whose card and quiet hours a test changes while a worker runs."""

    def __init__(self, folder: Path) -> None:
        self._script, self.config = folder / "nvml.json", folder / "host.toml"
        self.environ = {
            "PYTHONPATH": str(FAKES),
            "GPUWISE_FAKE_NVML": str(self._script),
            "GPUWISE_HOST_CONFIG": str(self.config),
        }
        self.quiet()
        self.says()

    def says(self, **changed: Any) -> None:
        users: dict[str, Any] = {
            "nvmlDeviceGetComputeRunningProcesses": [],
            "nvmlDeviceGetGraphicsRunningProcesses": [],
        }
        said = {name: _plain(value) for name, value in (FULL | users | changed).items()}
        draft = self._script.with_suffix(".new")
        draft.write_text(json.dumps(said), encoding="utf-8")
        draft.replace(self._script)

    def has(self, *pids: int) -> None:
        self.says(nvmlDeviceGetComputeRunningProcesses=[[pid, 1000] for pid in pids])

    def quiet(self, *spans: str) -> None:
        draft = self.config.with_suffix(".new")
        draft.write_text(f"quiet_hours = {list(spans)}\n", encoding="utf-8")
        draft.replace(self.config)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value.decode() if isinstance(value, bytes) else value


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def kinds(lines: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(line["type"], line.get("class") or line.get("state") or line.get("phase")) for line in lines]


def waited(running: Running) -> None:
    running.until_phase("waiting")
    running.until(lambda line: line["type"] == "heartbeat")


def test_a_card_on_which_somebody_computes_is_refused(host: Host) -> None:
    host.has(ABOVE_ALL)
    with worker(LSTM, **host.environ) as running:
        lines = running.finish()

    assert kinds(lines) == [("error", "busy"), ("end", "failed")]
    assert f"Process {ABOVE_ALL}" in lines[0]["message"]


def test_a_card_is_waited_for_until_it_is_free(host: Host) -> None:
    host.has(ABOVE_ALL)
    with worker({**LSTM, "wait": True}, **host.environ) as running:
        waited(running)
        host.has()
        running.until_phase("preflight")
        running.close()
        assert running.nobody_is_left(NOTICED_S)


def test_a_run_yields_to_somebody_who_begins_to_compute(host: Host) -> None:
    with worker(LSTM, **host.environ) as running:
        running.until_phase("preflight")  # torch takes seconds to import
        host.has(ABOVE_ALL, ABOVE_ALL + 1)
        lines = running.finish()
        assert running.nobody_is_left(NOTICED_S)

    record = result_of(lines)
    assert (lines[-1]["state"], record["error"]["class"]) == ("failed", "yielded")
    assert "somebody else began to compute on the GPU" in record["error"]["message"]
    assert record["gpu"]["pcie"] == {"gen": 4, "width": None, "gen_max": 5, "width_max": 16}
    assert (record["gpu"]["uuid"], record["software"]["driver"]) == (UUID, "580.1")


def test_a_card_that_mig_splits_is_refused(host: Host) -> None:
    host.says(nvmlDeviceGetMigMode=[1, 1])
    with worker(LSTM, **host.environ) as running:
        lines = running.finish()

    assert kinds(lines) == [("error", "host"), ("end", "failed")]
    assert "split by MIG" in lines[0]["message"]


def test_quiet_hours_are_refused_or_waited_for_on_any_device(host: Host) -> None:
    hour = local_time().hour
    end = f"{(hour + 2) % 24:02}:00"
    host.quiet(f"{hour:02}:00-{end}")
    cpu = {name: value for name, value in LSTM.items() if name != "gpu"}
    with worker(cpu, **host.environ) as first:
        refused = first.finish()
    with worker({**cpu, "wait": True}, **host.environ) as second:
        waited(second)
        host.quiet()
        second.until_phase("preflight")
        second.close()
        second.finish()

    assert kinds(refused) == [("error", "quiet"), ("end", "failed")]
    assert f"until {end}" in refused[0]["message"]


def test_a_config_that_is_wrong_starts_nothing(host: Host) -> None:
    host.config.write_text("quiet_hours = 7", encoding="utf-8")
    with worker(LSTM, **host.environ) as running:
        lines = running.finish()

    assert kinds(lines) == [("error", "host"), ("end", "failed")]
