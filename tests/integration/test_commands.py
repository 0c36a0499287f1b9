"""`gpuwise pick`, `predict` and `compare` as they are typed, with the real catalogue and the real fits."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.messages import Message
from bot.rendering.plain import to_text
from bot.responding import Bot

RESNET = ("--workload", "resnet50")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(capsys, *arguments, "--json"))
    return found


def test_pick_keeps_every_limit_that_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    flags = (
        "--budget",
        "1,500",
        "--max-watts",
        "300",
        "--min-memory",
        "16",
        "--max-slots",
        "2.5",
        "--vendor",
        "nvidia",
    )
    found = run_json(capsys, "pick", *RESNET, *flags, "--not-card", "RTX 5070 Ti")

    assert found["limits"] == {
        "budget_usd": 1500,
        "max_watts": 300,
        "min_memory_gb": 16,
        "max_slots": 2.5,
        "vendors": ["NVIDIA"],
        "not_cards": ["rtx-5070-ti", "rtx-5070-ti-laptop"],
        "count": 1,
    }
    assert found["cards"]
    for card in found["cards"]:
        assert card["price"]["usd"] <= 1500
        assert card["tdp_w"] <= 300
        assert card["memory_gb"] >= 16
    removed = {(item["name"], item["limit"]) for item in found["removed"]}
    assert ("GeForce RTX 5070 Ti", "not_cards") in removed
    assert ("Radeon RX 7900 XTX", "vendors") in removed
    assert all(item["reason"] for item in found["removed"])


def test_pick_says_new_cards_only_and_puts_the_cheapest_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = run_json(capsys, "pick", *RESNET, "--condition", "new", "--order", "cheapest", "--form-factor", "desktop")

    prices = [card["price"]["usd"] for card in found["cards"] if card["price"]]
    assert found["order"] == "cheapest"
    assert prices == sorted(prices)
    assert ("GeForce RTX 3080 10GB", "condition") in {(item["name"], item["limit"]) for item in found["removed"]}


def test_an_impossible_wish_names_the_nearest_misses_and_what_to_relax(capsys: pytest.CaptureFixture[str]) -> None:
    found = run_json(capsys, "pick", *RESNET, "--budget", "300", "--min-memory", "24")

    assert found["cards"] == []
    assert {miss["limit"] for miss in found["nearest"]} == {"budget_usd", "min_memory_gb"}
    assert len(found["relax"]) == 2


def test_pick_draws_a_chart_with_its_text_beside_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    chart = tmp_path / "list.png"

    said = run(capsys, "pick", *RESNET, "--budget", "800", "--chart", str(chart))

    assert chart.read_bytes().startswith(b"\x89PNG")
    assert "comes first" in said


def test_a_price_that_was_quoted_moves_a_card_up(capsys: pytest.CaptureFixture[str]) -> None:
    def rank(*more: str) -> int:
        cards = run_json(capsys, "pick", *RESNET, "--budget", "1600", *more)["cards"]
        return next(int(card["rank"]) for card in cards if card["name"] == "GeForce RTX 3090")

    assert rank("--price", "RTX 3090=600") < rank()


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--workload", "resnet51"), "resnet51"),
        (("--vendor", "acme"), "use NVIDIA, AMD or Intel"),
        (("--price", "RTX 3090"), "RTX 3090=650"),
        (("--weights", "speed"), "speed=0.5"),
        (("--only", "RTX 9999"), "RTX 9999"),
    ],
)
def test_a_wrong_flag_is_named_with_what_to_write(
    flags: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pick", *flags]) != 0

    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said


def test_predict_gives_an_interval_a_basis_and_the_memory(capsys: pytest.CaptureFixture[str]) -> None:
    found = run_json(capsys, "predict", "bert large", "--gpu", "A100 40GB", "--batch", "8")

    speed = found["throughput"]
    assert speed["lo"] < speed["value"] < speed["hi"]
    assert speed["unit"] == "sequences/s"
    assert found["basis"] == "fitted"
    assert (found["batch"], found["fits"]) == (8, True)
    assert found["memory_gb"]["total"] == pytest.approx(
        sum(gb for name, gb in found["memory_gb"].items() if name != "total"), abs=0.01
    )


@pytest.mark.parametrize("name", ["bert_large", "bert large", "BERT-large", "transformerxlbase", "ssd", "gnmt", "7B"])
def test_a_network_is_known_by_the_names_in_use(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "/s" in run(capsys, "predict", name, "--gpu", "RTX 3090")


def test_compare_shows_the_predicted_speed_of_a_workload(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    chart = tmp_path / "two.png"

    said = run(capsys, "compare", "RTX 3090", "RTX 4090", "--workload", "resnet50", "--chart", str(chart))

    assert "ResNet-50" in said
    assert "images/s" in said
    assert chart.read_bytes().startswith(b"\x89PNG")


def test_a_price_file_takes_over_and_the_answer_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("name,price,currency,date,condition\nRTX 3090,600,USD,2026-11-01,used\n", encoding="utf-8")
    monkeypatch.setenv("GPUWISE_PRICES", str(prices))

    found = run_json(capsys, "pick", *RESNET, "--budget", "700", "--min-memory", "24")

    assert [(card["name"], card["price"]) for card in found["cards"]][:1] == [
        ("GeForce RTX 3090", {"usd": 600.0, "basis": "file", "date": "2026-11-01"})
    ]


def test_what_one_has_is_compared_with_and_not_offered(bot: Bot) -> None:
    answer = bot.respond(Message(text="upgrading from a 1080 ti, $600, train resnet-50", chat="own", thread="1"))
    text = to_text(answer)

    assert "GeForce GTX 1080 Ti" not in answer.gpus
    assert "Against your GTX 1080 Ti, the" in text
    assert "11 GB" in text


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("cheapest nvidia card with 16gb for stable diffusion", "by price, cheapest first"),
        ("8k budget, most VRAM I can get on a single card", "by memory, most first"),
        ("con nào tiết kiệm điện nhất để chạy llm 7b", "trên mỗi watt"),
    ],
)
def test_a_list_that_goes_by_one_thing_says_so(bot: Bot, question: str, says: str) -> None:
    assert says in to_text(bot.respond(Message(text=question, chat="order", thread=question)))


def test_vietnamese_answers_write_units_and_formats_in_vietnamese(bot: Bot) -> None:
    text = to_text(bot.respond(Message(text="3090 train resnet50 được bao nhiêu ảnh mỗi giây?", chat="vi", thread="u")))

    assert "ảnh/s" in text
    assert "images/s" not in text
    assert "FP16 (AMP)" in text


def test_a_memory_question_with_a_card_opens_with_the_verdict(bot: Bot) -> None:
    answer = bot.respond(Message(text="can a 3090 run llama 13b in fp16?", chat="m", thread="m"))

    assert to_text(answer).startswith("RTX 3090: does not fit")
