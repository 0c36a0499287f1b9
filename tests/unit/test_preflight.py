from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.errors import BenchError, QuietError
from bench.locking import BusyError
from bench.nvml import CardFacts, CardUser
from bench.preflight import Preflight
from tests.makers_card import STRANGER, UUID, ScriptedCard, make_facts, make_user


def asking(*users: Sequence[CardUser] | None, facts: CardFacts | None = None) -> Preflight:
    return Preflight(opens=lambda uuid: ScriptedCard(*users, facts=facts))


def at(hour: int, file: Path) -> Preflight:
    return Preflight(config=file, now=lambda: datetime(2026, 1, 1, hour, 30, tzinfo=UTC))


def test_a_free_card_is_described() -> None:
    assert asking().ask_card(UUID) == {
        "uuid": UUID,
        "name": "Quiet 80",
        "vram_gb": 80.0,
        "power_limit_w": 600.0,
        "power_limit_default_w": 700.0,
        "pci_bus_id": "00000000:17:00.0",
        "pci_device_id": "233010de",
        "pcie": {"gen_max": 5, "width_max": 16},
        "mig": False,
        "ecc": True,
        "driver": "580.1",
    }


def test_the_cpu_opens_no_card() -> None:
    def fail(uuid: str) -> ScriptedCard:
        raise AssertionError(uuid)

    assert Preflight(opens=fail).ask_card(None) is None


def test_a_card_on_which_somebody_computes_is_busy_even_if_proc_does_not_show_them() -> None:
    with pytest.raises(BusyError, match=f"Process {STRANGER} of somebody else is on {UUID}"):
        asking([make_user(STRANGER)]).ask_card(UUID)


@pytest.mark.parametrize("users", [[make_user(STRANGER, is_compute=False)], None])
def test_a_desktop_or_a_list_that_cannot_be_had_does_not_make_busy(users: list[CardUser] | None) -> None:
    assert asking(users).ask_card(UUID) is not None


def test_a_card_that_mig_splits_is_no_whole_one() -> None:
    with pytest.raises(BenchError, match=r"split by MIG.*MIG-1, MIG-2, MIG-3[.]"):
        asking(facts=make_facts(is_split=True, slices=("MIG-1", "MIG-2", "MIG-3", "MIG-4"))).ask_card(UUID)
    with pytest.raises(BenchError, match="none yet, so make one"):
        asking(facts=make_facts(is_split=True)).ask_card(UUID)


def test_a_slice_is_measured() -> None:
    assert asking(facts=make_facts(is_split=True, is_slice=True)).ask_card(UUID)


def test_quiet_hours_of_the_hosts_own_time_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "host.toml"
    file.write_text('quiet_hours = ["22:00-07:00"]', encoding="utf-8")

    with pytest.raises(QuietError, match="until 07:00"):
        at(23, file).ask_hour()
    at(7, file).ask_hour()
