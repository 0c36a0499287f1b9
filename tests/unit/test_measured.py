"""What a run found, as a table and as a chart."""

from typing import Any

import pytest

from bot.answering.measured import answer_measured
from bot.answers import Table
from bot.benching.drawing import bars_of, chart_after
from bot.rendering.plain import block_text
from bot.store.results import Result
from tests.makers_bench import GPU, WORKLOAD, make_block, make_blocks, make_run


def make_result(name: str, *batches: int, **parts: Any) -> Result:
    """Return a result of one run, or of a sweep."""
    records = tuple(
        make_run(run=number, **({"workload": WORKLOAD | {"batch": batch}} | parts))
        for number, batch in enumerate(batches or (128,), 1)
    )
    return Result(id=f"r-{name}", job_id=f"b-{name}", created="2026-11-28T12:00:00+00:00", records=records)


def shown(result: Result, language: str) -> str:
    answer = answer_measured("", language, result)
    assert answer is not None
    (table,) = answer.blocks
    assert isinstance(table, Table)
    return f"{table.caption}\n{block_text(answer, table)}"


def test_a_run_is_told_in_rows() -> None:
    text = shown(make_result("abc"), "en")

    assert text.split("\n")[0] == "r-abc: CNN training (FP32, batch 128) on Quiet 24"
    assert "throughput     12,800 images/s" in text
    assert "one step       10 ms" in text
    assert "limited by     compute" in text


def test_a_run_is_told_in_vietnamese_with_its_numbers_and_units() -> None:
    text = shown(make_result("abc", gpu=None), "vi")

    assert "12.800 ảnh/s" in text
    assert "sức tính" in text
    assert "sạch" in text


def test_memory_and_energy_of_a_card_are_told_where_they_were_measured() -> None:
    run = make_run()
    run["result"] |= {"memory": {"max_allocated_bytes": 3_210_000_000}, "energy": {"j_per_sample": 0.01234}}
    text = shown(Result(id="r-abc", job_id="b-abc", created="", records=(run,)), "en")

    assert "3.21 GB" in text
    assert "0.012 J" in text


def test_a_sweep_has_a_row_a_batch_and_leaves_out_what_did_not_run() -> None:
    sweep = make_result("abc", 32, 64)
    failed = make_run(workload=WORKLOAD | {"batch": 128}, result=None, error={"class": "oom"})
    text = shown(Result(id="r-abc", job_id="b-abc", created="", records=(*sweep.records, failed)), "en")
    chart = chart_after(sweep, (), "vi")

    assert [line.split()[0] for line in text.split("\n")[3:]] == ["32", "64"]
    assert chart is not None
    assert [(bar.name, bar.value) for bar in chart.bars] == [("batch 32", 3200), ("batch 64", 6400)]


def test_nothing_is_laid_out_where_nothing_was_measured() -> None:
    failed = make_run(result=None, error={"class": "oom"})

    assert answer_measured("", "en", Result(id="r-a", job_id="b-a", created="", records=(failed,))) is None


def test_a_run_stands_beside_the_newest_of_its_case_only() -> None:
    new, old, other = make_result("new"), make_result("old"), make_result("oth", workload=WORKLOAD | {"id": "lstm"})
    chart = chart_after(new, (new, other, old), "en")

    assert chart is not None
    assert [bar.name for bar in chart.bars] == ["r-new cnn 128", "r-old cnn 128"]
    assert bars_of(new, (other,), "en") is None


def test_a_first_run_shows_how_steady_it_was() -> None:
    steps = [10.0] * 8 + [20.0] * 8
    run = make_run(make_blocks(*steps))
    chart = chart_after(Result(id="r-a", job_id="b-a", created="", records=(run,)), (), "en")

    assert chart is not None
    assert chart.title == "Throughput of r-a as the run went on"
    assert [round(bar.value or 0) for bar in chart.bars] == [12800] * 4 + [6400] * 4
    assert chart.bars[1].name == "0.4–0.8 s"


@pytest.mark.parametrize("count", [1, 2])
def test_one_block_is_no_picture(count: int) -> None:
    blocks = [make_block() for _ in range(count)]
    run = make_run(blocks, gpu=GPU)
    run["result"] = run["result"] or {"throughput": {"value": 1.0, "unit": "images/s", "ci95_lo": 1.0, "ci95_hi": 1.0}}
    chart = chart_after(Result(id="r-a", job_id="b-a", created="", records=(run,)), (), "en")

    assert (chart is None) == (count == 1)
