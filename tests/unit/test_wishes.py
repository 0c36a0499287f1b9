from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.amounts import Amount, Bound
from bot.understanding.constraints import ConstraintReader
from bot.understanding.wishes import ReadWishes, merge, to_usd, to_wishes
from retrieval.scoring.criteria import weights_of
from retrieval.scoring.needs import FormFactor, Method, Mode, Precision, Purpose, Wishes, Work

READER = ConstraintReader()
RATES = {"VND": 25_000.0, "EUR": 0.8}


def read_thread(*texts: str) -> ReadWishes:
    read = ReadWishes()
    for text in texts:
        read = merge(read, READER.read(text))
    return read


def make_amount(value: float, unit: str, **fields: Any) -> Amount:
    return Amount(value=value, unit=unit, **fields)


def wishes_of(*texts: str, works: tuple[Work, ...] = ()) -> tuple[Wishes, tuple[str, ...]]:
    return to_wishes(read_thread(*texts), RATES, works)


def test_a_whole_vietnamese_message_becomes_wishes() -> None:
    wishes, assumed = wishes_of("e có 12 củ mua card train cnn, sau này lora, nguồn 550w")

    assert (wishes.limits.budget_usd, wishes.limits.psu_watts, wishes.purpose) == (480, 550, Purpose.TRAINING)
    assert assumed == ("rate:VND",)


def test_a_whole_english_message_becomes_wishes() -> None:
    text = "2 used 3090s in a rack server, PSU 1000W, at least 24GB each, CUDA, under $1,600, no AMD"
    wishes, assumed = wishes_of(text)

    limits = wishes.limits
    assert (limits.count, limits.form_factor, limits.psu_watts) == (2, FormFactor.SERVER, 1000)
    assert (limits.min_memory_gb, limits.ecosystem, limits.budget_usd) == (24, "cuda", 1600)
    assert (set(limits.vendors), set(limits.not_vendors), assumed) == (set(), {"AMD"}, ())


def test_a_number_that_is_money_is_marked_so_that_no_card_is_read_from_it() -> None:
    assert READER.read("a card for $3090 with 24 GB").spans == ((11, 16), (22, 27))


def test_the_new_message_wins_and_what_it_leaves_open_stays() -> None:
    read = read_thread("dưới 15tr, ít nhất 16gb, train CNN", "20tr cũng được")

    assert read.budget is not None
    assert read.memory is not None
    assert (read.budget.value, read.memory.value, read.purpose) == (20_000_000, 16, Purpose.TRAINING)


@pytest.mark.parametrize(
    ("texts", "wanted", "unwanted"),
    [
        (("NVIDIA only", "AMD now"), {"AMD"}, set()),
        (("chỉ NVIDIA", "hãng nào cũng được"), set(), set()),
        (("no AMD", "AMD is fine too"), {"AMD"}, set()),
        (("only AMD or Intel", "không lấy Intel"), {"AMD"}, {"Intel"}),
        (("no AMD", "under $500"), set(), {"AMD"}),
        (("any brand", "no AMD"), set(), {"AMD"}),
    ],
)
def test_makers_change_over_a_thread(texts: tuple[str, ...], wanted: set[str], unwanted: set[str]) -> None:
    read = read_thread(*texts)

    assert (set(read.vendors), set(read.not_vendors)) == (wanted, unwanted)


def test_what_belongs_to_one_message_is_not_carried() -> None:
    read = read_thread("shop báo 11tr con 3060, rẻ hơn thì sao", "chỉ AMD")

    assert (read.quoted, read.cheaper, read.spans) == (None, False, ())


def test_half_of_a_budget_for_a_whole_computer_is_for_the_card() -> None:
    wishes, assumed = wishes_of("build me a pc for $2000, train resnet")

    assert (wishes.limits.budget_usd, assumed) == (1000, ("whole_computer",))
    assert wishes_of("build me a pc with a gpu under $500")[0].limits.budget_usd == 500
    assert wishes_of("build me a pc for $2000", "then $3000")[0].limits.budget_usd == 1500


def test_no_limit_on_money_and_a_budget_clear_each_other() -> None:
    unlimited = read_thread("under $500", "money is no object")
    limited = read_thread("money is no object", "under $500")

    assert (unlimited.budget, unlimited.unlimited_budget) == (None, True)
    assert limited.budget is not None
    assert not limited.unlimited_budget


@pytest.mark.parametrize(
    ("texts", "value", "unit"),
    [
        (("12 củ", "thêm 5 củ nữa thì sao"), 17e6, "VND"),
        (("12 cu mua card", "them 5 cu nua thi sao"), 17e6, "VND"),
        (("under $500", "another $200", "100 more"), 800, "USD"),
        (("ngân sách 12tr, thêm được 3tr nữa", "chỉ NVIDIA"), 15e6, "VND"),
        (("train CNN", "another $200"), 200, "USD"),
        (("12 củ", "thêm 5 củ nữa", "10 triệu thôi"), 10e6, "VND"),
    ],
)
def test_more_money_is_added_to_the_budget_before(texts: tuple[str, ...], value: float, unit: str) -> None:
    read = read_thread(*texts)

    assert read.budget is not None
    assert (read.budget.value, read.budget.unit, read.budget_more) == (value, unit, None)


@pytest.mark.parametrize(
    ("texts", "budget_usd"),
    [
        (("12 củ", "thêm 5 củ nữa"), 680),
        (("20 triệu", "another $200"), 1000),
        (("tầm 20 triệu", "thêm 5 triệu"), 1100),
        (("money is no object", "another $200"), None),
    ],
)
def test_more_money_counts_in_usd(texts: tuple[str, ...], budget_usd: float | None) -> None:
    wishes, _ = wishes_of(*texts)

    assert wishes.limits.budget_usd == (None if budget_usd is None else pytest.approx(budget_usd))


def test_more_money_within_one_message_counts_in_usd() -> None:
    wishes, _ = to_wishes(READER.read("ngân sách 12tr, thêm được 3tr nữa"), RATES, ())

    assert wishes.limits.budget_usd == pytest.approx(600)


def test_width_and_age_become_limits_and_stay_over_a_thread() -> None:
    limits = wishes_of("single-slot, no used cards", "under $800")[0].limits

    assert (limits.max_slots, limits.condition, limits.budget_usd) == (1, "new", 800)


def test_inference_after_lora_drops_the_method() -> None:
    assert read_thread("qlora 7B", "chỉ inference thôi").method is None


def test_merging_with_nothing_changes_nothing_that_is_carried() -> None:
    read = READER.read("2 con card AMD dưới 15tr, 16gb trở lên, nguồn 650w, hàng cũ cũng được, ưu tiên VRAM")

    assert merge(ReadWishes(), read) == read
    assert merge(read, ReadWishes()) == merge(merge(read, ReadWishes()), ReadWishes())
    assert merge(read, ReadWishes()).budget == read.budget


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("NVIDIA, but no NVIDIA", ("vendor",)),
        ("CUDA but AMD only", ("cuda_vendor",)),
        ("ROCm, không lấy AMD", ("rocm_vendor",)),
        ("at least 24GB but max 16 GB VRAM", ("memory",)),
        ("laptop với 2 card", ("count",)),
        ("a 500W card, psu 450w", ("power",)),
        ("I need a CUDA card but no NVIDIA", ("cuda_vendor",)),
        ("AMD only, and it has to run CUDA", ("cuda_vendor",)),
        ("must be CUDA, AMD only", ("cuda_vendor",)),
        ("chỉ AMD mà phải chạy CUDA", ("cuda_vendor",)),
        ("lay card cu nhung khong mua hang cu, 10tr", ("condition",)),
        ("lấy card cũ nhưng không mua hàng cũ", ("condition",)),
        ("laptop 2 card train resnet, 60tr", ("count",)),
        ("AMD under $500", ()),
        ("cần CUDA, chỉ NVIDIA", ()),
    ],
)
def test_what_cannot_hold_at_once_is_named(text: str, keys: tuple[str, ...]) -> None:
    assert READER.read(text).contradictions == keys


def test_a_new_memory_limit_replaces_one_that_it_contradicts() -> None:
    read = read_thread("at least 24GB", "max 16 GB VRAM is enough")

    assert read.memory is None
    assert read.contradictions == ()


@pytest.mark.parametrize(
    ("text", "budget_usd", "assumed"),
    [
        ("under $800", 800, ()),
        ("budget 800", 800, ("currency:USD",)),
        ("around $800", 880, ("budget_about",)),
        ("tầm 20 triệu", 880, ("rate:VND", "budget_about")),
        ("900 euro", 1125, ("rate:EUR",)),
        ("over $800", None, ("budget_at_least",)),
        ("1500 CAD", None, ("no_rate:CAD",)),
        ("two cards, $600 each", 1200, ("budget_each",)),
        ("ngân sách 20", 800, ("rate:VND", "currency:VND")),
    ],
)
def test_a_budget_is_converted_and_what_was_assumed_is_said(
    text: str, budget_usd: float | None, assumed: tuple[str, ...]
) -> None:
    wishes, keys = wishes_of(text)

    assert keys == assumed
    assert wishes.limits.budget_usd == (None if budget_usd is None else pytest.approx(budget_usd))


@pytest.mark.parametrize(
    ("text", "max_watts", "assumed"),
    [
        ("under 300W", 300, ()),
        ("around 300W", 330, ("watts_about",)),
        ("2 con, mỗi con dưới 300W", 600, ("watts_each",)),
        ("over 300W", None, ("watts_at_least",)),
    ],
)
def test_watts_of_a_card_are_multiplied_by_the_cards(
    text: str, max_watts: float | None, assumed: tuple[str, ...]
) -> None:
    wishes, keys = wishes_of(text)

    assert keys == assumed
    assert wishes.limits.max_watts == (None if max_watts is None else pytest.approx(max_watts))


def test_what_was_said_of_the_work_is_put_into_it() -> None:
    work = Work(network="transformer-decoder", parameters_b=7)
    wishes, _ = wishes_of("qlora, bf16, batch 4, seq 2048", works=(work,))

    assert wishes.works == (
        Work(
            network="transformer-decoder", mode=Mode.TRAINING, method=Method.QLORA, precision=Precision.BF16, batch=4,
            length=2048, parameters_b=7,
        ),
    )  # fmt: skip


def test_a_criterion_that_matters_most_gains_and_the_shares_still_sum_to_one() -> None:
    usual = weights_of(Wishes())
    shares = weights_of(wishes_of("price matters most")[0])

    assert shares["price"] > usual["price"]
    assert shares["speed"] / shares["energy"] == pytest.approx(usual["speed"] / usual["energy"])
    assert sum(shares.values()) == pytest.approx(1)


def test_without_a_limit_on_money_the_price_does_not_count() -> None:
    assert weights_of(wishes_of("money is no object")[0])["price"] == 0


def test_a_currency_without_a_rate_is_not_converted() -> None:
    assert to_usd(make_amount(100, "CAD"), RATES) is None
    assert to_usd(make_amount(100, "USD"), {}) == 100
    assert to_usd(make_amount(50_000, "VND", bound=Bound.AT_MOST), RATES) == 2


SIGNS = [*"0123456789.,$€đkKtrủỷ -x×wWgGbB()/", " triệu ", " dưới ", " under ", " 3090 ", " psu ", " budget ", " con "]
ANY_TEXT = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))


@given(ANY_TEXT)
def test_any_text_is_read_without_an_error_and_with_spans_inside_it(text: str) -> None:
    read = READER.read(text)

    assert all(0 <= start < end <= len(text) for start, end in read.spans)
    for amount in (read.budget, read.quoted, read.watts, read.psu, read.memory, read.memory_at_most):
        assert amount is None or (0 < amount.value < 1e30 and text[amount.start : amount.end] == amount.text)


@given(ANY_TEXT, ANY_TEXT)
def test_any_two_messages_merge_into_wishes_with_usable_weights(earlier: str, new: str) -> None:
    wishes, _ = to_wishes(merge(READER.read(earlier), READER.read(new)), RATES, ())

    assert sum(weights_of(wishes).values()) == pytest.approx(1)
