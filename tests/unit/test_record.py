import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import bench.record
from bench.catalogue import LAYOUTS, MODES, PRECISIONS
from bench.record import Record, axes_of, blocks_of, key_of, spec_sha256, to_canonical, to_ulid
from tests.makers_bench import CHECK, GPU, HOST, SOFTWARE, WORKLOAD, make_block, make_blocks, make_run

SCHEMA = json.loads((Path(bench.record.__file__).parent / "schema.json").read_text(encoding="utf-8"))
OOM = {"class": "oom", "at_phase": "measuring", "message": "Out of memory.", "largest_batch_ok": 64}


def faults_of(record: Record) -> list[str]:
    text = json.dumps(record, allow_nan=False)
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(text))]


def changed(place: str, value: Any) -> Record:
    record: Record = json.loads(json.dumps(make_run()))
    *path, last = place.split(".")
    inner: Any = record
    for name in path:
        inner = inner[int(name) if isinstance(inner, list) else name]
    inner[last] = value
    return record


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "record",
    [
        make_run(),
        make_run(gpu=None, conditions={**make_run()["conditions"], "throttle_ns": None, "foreign_gpu_pids": None}),
        make_run([make_block(rejected="thermal")]),
        make_run([], error=OOM),
        make_run([], error=OOM, conditions={}, check=None, limited_by=None, lineage={}),
        make_run(check={"nan_inf": True}),
    ],
)
def test_the_schema_accepts_what_is_made(record: Record) -> None:
    assert faults_of(record) == []


@pytest.mark.parametrize("name", SCHEMA["required"])
def test_the_schema_refuses_a_record_without_a_field(name: str) -> None:
    record = make_run()
    del record[name]

    assert f"'{name}' is a required property" in faults_of(record)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("extra", 1),
        ("schema", "bench/2"),
        ("run_id", "not a ULID"),
        ("key", "short"),
        ("validity.verdict", "fine"),
        ("validity.reasons", ["steal 9 %"]),
        ("validity.extra", 1),
        ("workload.batch", 0),
        ("workload.precision", "fp8"),
        ("workload.extra", 1),
        ("samples.blocks.0.wall_s", "0.2"),
        ("samples.blocks.0.extra", 1),
        ("result.throughput.value", None),
        ("result.extra", 1),
        ("limited_by", "luck"),
        ("conditions.watcher", {"alive": True}),
        ("conditions", {}),
        ("error", OOM),  # beside a result
        ("gpu", {"name": "no UUID"}),
    ],
)
def test_the_schema_refuses_a_wrong_value_or_an_extra_field(place: str, value: Any) -> None:
    assert faults_of(changed(place, value)) != []


def test_the_schema_knows_the_words_of_the_catalogue() -> None:
    fields = SCHEMA["$defs"]["workload"]["properties"]

    assert {name: tuple(fields[name]["enum"]) for name in ("mode", "precision", "layout")} == {
        "mode": MODES,
        "precision": PRECISIONS,
        "layout": LAYOUTS,
    }


def test_a_record_with_an_error_has_no_result() -> None:
    assert make_run()["result"]["throughput"]["value"] == pytest.approx(12_800)
    assert make_run(error=OOM)["result"] is None


def test_the_blocks_come_back_as_they_went_in() -> None:
    blocks = [*make_blocks(10, 11), make_block(12, rejected="thermal")]

    assert blocks_of(json.loads(json.dumps(make_run(blocks)))) == tuple(blocks)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "lstm"),
        ("version", 2),
        ("mode", "inference"),
        ("batch", 64),
        ("length", 50),
        ("hidden", 64),
        ("precision", "bf16"),
        ("layout", "channels_last"),
        ("compile", True),
        ("frozen", True),
        ("cached", True),
    ],
)
def test_the_key_changes_with_each_axis(name: str, value: Any) -> None:
    other = make_run(workload=WORKLOAD | {name: value})

    assert other["key"] != make_run()["key"]
    assert axes_of(other)[f"workload.{name}"] == value


def test_the_key_changes_with_the_version_of_the_protocol_only() -> None:
    protocol = make_run()["protocol"]

    assert make_run(protocol=protocol | {"version": 2})["key"] != make_run()["key"]
    assert make_run(protocol=protocol | {"max_s": 20})["key"] == make_run()["key"]


@pytest.mark.parametrize(
    "parts",
    [
        {"software": SOFTWARE | {"driver": "590.2"}},
        {"host": HOST | {"cpu_model": "Xeon"}},
        {"gpu": GPU | {"power_limit_w": 250}},
        {"gpu": None},
        {"workload": WORKLOAD | {"seed": 7}},
    ],
)
def test_the_key_does_not_change_with_what_is_around_the_work(parts: dict[str, Any]) -> None:
    assert make_run(**parts)["key"] == make_run()["key"]


def test_the_key_is_the_same_after_a_journey_as_json_and_in_every_release() -> None:
    record = make_run()

    assert key_of(json.loads(json.dumps(record, sort_keys=True))) == record["key"] == "fbcb0403389a4e68"


def test_the_specification_has_one_hash_whatever_the_order_of_its_fields() -> None:
    one, other = {"id": "cnn", "batch": 1}, {"batch": 1, "id": "cnn"}

    assert spec_sha256(one, {"version": 1}) == spec_sha256(other, {"version": 1})
    assert spec_sha256(one, {"version": 1}) != spec_sha256(one, {"version": 2})


def test_canonical_json_is_sorted_short_and_refuses_nan() -> None:
    assert to_canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
    with pytest.raises(ValueError, match="JSON"):
        to_canonical(CHECK | {"loss_last": float("nan")})


def test_a_ulid_is_that_of_its_specification() -> None:
    assert to_ulid(1_469_918_176_385, bytes(10)) == "01ARYZ6S410000000000000000"
    assert to_ulid(2**48 - 1, b"\xff" * 10) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    assert to_ulid(1, bytes(10)) < to_ulid(2, bytes(10))


@pytest.mark.parametrize(("time_ms", "entropy"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9))])
def test_a_ulid_takes_48_and_80_bits(time_ms: int, entropy: bytes) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        to_ulid(time_ms, entropy)
