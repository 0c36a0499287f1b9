import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from itertools import product
from typing import Any

from bot.answering.ledger import Ledger
from bot.understanding.amounts import Amount, Bound
from bot.understanding.wishes import ReadWishes, to_wishes
from bot.wishing import to_asked
from knowledge.library import Library
from knowledge.tables import load_tables
from retrieval.scoring.candidates import Candidate, Reason
from retrieval.scoring.changes import what_would_change
from retrieval.scoring.criteria import CRITERIA, scores_of
from retrieval.scoring.fits import load_fits
from retrieval.scoring.limits import broken_limits, psu_caution
from retrieval.scoring.memory import memory_need
from retrieval.scoring.needs import FormFactor, Limits, Method, Mode, Precision, Wishes, Work
from retrieval.scoring.networks import NetworkMention
from retrieval.scoring.prediction import Predictor
from retrieval.scoring.ranking import rank
from tests.makers import make_gpu
from tests.makers_memory import NETWORKS
from tests.makers_scoring import make_candidate, make_price, make_speed, make_yardstick

LANGUAGES = ("en", "vi")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
#: Words that Vietnamese engineers keep in English.
_KEPT = re.compile(
    r"\b(?:cards?|batch|train|tdp|gb|pc|cho|adapter|gradient|optimizer|activation|kv|cache)\b", re.IGNORECASE
)


def flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text under its dotted key; items of a list are numbered."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        elif isinstance(value, list):
            yield from ((f"{before}{key}.{number}", str(item)) for number, item in enumerate(value))
        else:
            yield before + key, str(value)


def read(language: str) -> dict[str, str]:
    return dict(flat(tomllib.loads(files("bot.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8"))))


TEXTS = {language: read(language) for language in LANGUAGES}


def keys_under(*places: str) -> set[str]:
    """Return the keys of the texts under *places*, without the place that they share."""
    return {key.removeprefix(place) for place in places for key in TEXTS["en"] if key.startswith(place)}


def say_in_both(reasons: Iterable[Reason]) -> set[str]:
    """Say every reason in both languages, each of whose fields it must fill, and return the keys."""
    found = list(reasons)
    for language, reason in product(LANGUAGES, found):
        Ledger().reason(language, reason, "a place")
    return {reason.key for reason in found}


# Both languages alike.


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS["en"].keys() == TEXTS["vi"].keys()


def test_both_languages_fill_the_same_fields() -> None:
    fields = {
        language: {key: sorted(set(_PLACEHOLDER.findall(text))) for key, text in found.items()}
        for language, found in TEXTS.items()
    }

    assert fields["en"] == fields["vi"]


def test_no_field_is_without_a_name() -> None:
    assert [key for found in TEXTS.values() for key, text in found.items() if "{}" in text] == []


def test_texts_that_advise_are_written_with_diacritics() -> None:
    bare = {
        key: text
        for key, text in TEXTS["vi"].items()
        if key.split(".")[0] in {"choose", "standing", "memory", "predict"}
        and re.search(r"[A-Za-z]", _KEPT.sub("", _PLACEHOLDER.sub("", text)))
        and text.isascii()
    }

    assert bare == {}


# What the scoring engine says.

BARE: dict[str, Any] = {"power_connectors": "none (slot power)", "cooling": "fans", "slots": 1.0, "tdp_w": 70.0}
LIMITED: tuple[tuple[Candidate, Limits], ...] = (
    (make_candidate(need_gb=30, fits=False), Limits()),
    (make_candidate(need_gb=90, fits=False), Limits()),
    (make_candidate(need_gb=30, fits=False, memory_gb=None), Limits()),
    (make_candidate(usd=900), Limits(budget_usd=500)),
    (make_candidate(usd=900), Limits(budget_usd=500, count=2)),
    (make_candidate(usd=None), Limits(budget_usd=500)),
    (make_candidate(), Limits(max_watts=200)),
    (make_candidate(tdp_w=None), Limits(max_watts=200)),
    (make_candidate(), Limits(psu_watts=400)),
    (make_candidate(tdp_w=None), Limits(psu_watts=400)),
    (make_candidate(), Limits(min_memory_gb=48)),
    (make_candidate(memory_gb=None), Limits(min_memory_gb=48)),
    (make_candidate(), Limits(vendors=frozenset({"AMD"}))),
    (make_candidate(), Limits(not_vendors=frozenset({"NVIDIA"}))),
    (make_candidate(), Limits(ecosystem="rocm")),
    (make_candidate(age_years=9, launch_date="2017-03"), Limits(condition="new")),
    (replace(make_candidate(), price=make_price(condition="used")), Limits(condition="new")),
    (make_candidate(slots=3.0), Limits(max_slots=2.0)),
    (make_candidate(slots=None), Limits(max_slots=2.0)),
    (make_candidate("no"), Limits(not_cards=frozenset({"no"}))),
    (make_candidate(form_factor="SXM5", market="datacenter"), Limits()),
    (make_candidate(cooling="passive"), Limits(form_factor=FormFactor.DESKTOP)),
    (make_candidate(cooling="passive"), Limits(form_factor=FormFactor.WORKSTATION)),
    (make_candidate(), Limits(form_factor=FormFactor.LAPTOP)),
    (make_candidate(), Limits(form_factor=FormFactor.SERVER)),
    (make_candidate(form_factor="OAM"), Limits(form_factor=FormFactor.SERVER_1U)),
    (make_candidate(slots=None, cooling="passive"), Limits(form_factor=FormFactor.SERVER_1U)),
    (make_candidate(slots=2.0, cooling="passive"), Limits(form_factor=FormFactor.SERVER_1U)),
    (make_candidate(), Limits(form_factor=FormFactor.EDGE)),
    (make_candidate(**{**BARE, "power_connectors": "1x 8-pin"}), Limits(form_factor=FormFactor.EDGE)),
)


def test_every_broken_limit_has_a_text_and_every_text_a_limit() -> None:
    found = say_in_both(broken.reason for one, limits in LIMITED for broken in broken_limits(one, limits))

    assert found == {f"limit.{key}" for key in keys_under("choose.limit.")}


def test_whatever_would_have_to_give_has_a_text_and_every_text_a_limit() -> None:
    both = (make_candidate(usd=900), Limits(budget_usd=500, max_watts=200))
    rankings = [rank([one], Wishes(limits=limits), make_yardstick()) for one, limits in (*LIMITED, both)]
    together = [ranking.together for ranking in rankings if ranking.together]
    found = say_in_both([*together, *(reason for ranking in rankings for reason in ranking.relax)])

    assert found == {f"relax.{key}" for key in keys_under("choose.relax.")}


def test_every_limit_has_a_word_for_how_many_cards_it_takes_out() -> None:
    limits = {broken.limit for one, limits in LIMITED for broken in broken_limits(one, limits)}

    assert {*limits, "budget_usd_unknown"} == keys_under("choose.why.")


def test_every_criterion_has_a_name_and_every_reason_a_text() -> None:
    speeds = [make_speed(100, basis=basis) for basis in ("fitted", "roofline", "launch")]
    prices = [make_price(900, basis=basis) for basis in ("launch", "file", "quoted")]
    candidates = [
        *(make_candidate(speed=speed) for speed in (*speeds, None)),
        *(replace(make_candidate(), price=price) for price in prices),
        make_candidate(usd=None),
        make_candidate(memory_gb=None),
        make_candidate(need_gb=8),
        make_candidate(tdp_w=None),
    ]
    found = say_in_both(score.reason for one in candidates for score in scores_of(one, make_yardstick()))

    assert found == {f"score.{key}" for key in keys_under("choose.score.") - {"times", "level"}}  # parts of the others
    assert set(CRITERIA) == keys_under("choose.criteria.")


def changes(wishes: Limits, *candidates: Candidate) -> Iterator[Reason]:
    yield from (change.reason for change in what_would_change(candidates, Wishes(limits=wishes), make_yardstick()))


def test_everything_that_would_change_the_list_has_a_text_and_every_text_a_change() -> None:
    usual = make_candidate("usual", usd=500, speed=100)
    found = say_in_both(
        [
            *changes(Limits(min_memory_gb=12), usual, make_candidate("big", memory_gb=48, speed=60)),
            *changes(Limits(min_memory_gb=24), usual, make_candidate("small", memory_gb=16, speed=300, usd=400)),
            *changes(Limits(budget_usd=900), usual, make_candidate("dear", usd=1000, speed=900)),
            *changes(Limits(), usual),
            *changes(Limits(vendors=frozenset({"NVIDIA"})), usual, make_candidate("red", vendor="AMD", speed=900)),
            *changes(Limits(), usual, make_candidate("cheap", usd=300, speed=20)),
            *changes(Limits(), usual, make_candidate("near", usd=560, speed=100)),
            *changes(Limits(), usual, make_candidate("unpriced", usd=None, speed=150)),
        ]
    )

    assert found == {f"change.{key}" for key in keys_under("choose.change.")}


def test_the_caution_about_a_power_supply_has_a_text() -> None:
    caution = psu_caution(make_gpu(psu_recommended_w=850), Limits(psu_watts=750))

    assert caution is not None
    assert say_in_both([caution]) == {f"caution.{key}" for key in keys_under("choose.caution.")}


def test_every_contradiction_is_asked_about() -> None:
    nvidia, amd, intel = (frozenset({name}) for name in ("NVIDIA", "AMD", "Intel"))
    wishes = (
        ReadWishes(vendors=nvidia, not_vendors=nvidia),
        ReadWishes(ecosystem="cuda", not_vendors=nvidia),
        ReadWishes(ecosystem="rocm", vendors=nvidia),
        ReadWishes(ecosystem="oneapi", not_vendors=intel, vendors=amd),
        ReadWishes(memory=amount(48, "GB"), memory_at_most=amount(24, "GB")),
        ReadWishes(watts=amount(900, "W"), psu=amount(650, "W")),
        ReadWishes(condition="used", used_cards_ok=False),
        ReadWishes(form_factor=FormFactor.LAPTOP, count=2),
    )

    assert {key for one in wishes for key in one.contradictions} == keys_under("choose.contradiction.")


def amount(value: float, unit: str, bound: Bound = Bound.EXACT, *, is_unit_said: bool = True) -> Amount:
    return Amount(value=value, unit=unit, bound=bound, is_unit_said=is_unit_said)


def test_everything_that_was_assumed_is_said() -> None:
    read = (
        ReadWishes(budget=amount(2e7, "VND", Bound.ABOUT, is_unit_said=False), is_budget_each=True, count=2),
        ReadWishes(budget=amount(900, "USD", Bound.AT_LEAST), watts=amount(300, "W", Bound.AT_LEAST)),
        ReadWishes(budget=amount(900, "CAD"), watts=amount(300, "W", Bound.ABOUT), count=2, is_small_case=True),
        ReadWishes(memory_at_most=amount(24, "GB"), quoted=amount(700, "USD"), method=Method.LORA),
        ReadWishes(count=2),
        ReadWishes(mode=Mode.TRAINING),
    )
    model = NetworkMention(network="llm", parameters_b=7.0, text="7b", span=(0, 2))
    assumed = {key for one in read for key in to_wishes(one, {"VND": 26_000}, ())[1]}
    for one, mentions in product(read, ((), (model,))):
        assumed |= {*to_asked(one, mentions, NETWORKS, {}, ("rtx-3090",), choosing=True).assumed}
    names = {key.partition(":")[0] for key in assumed}

    assert len(names) >= 14
    assert names - keys_under("choose.assume.") == set()


def test_every_limit_of_speed_and_every_part_of_memory_has_a_name(library: Library) -> None:
    predictor = Predictor(load_fits(), load_tables(library.sources).networks)
    card = library.catalogue.by_slug["rtx-4090"]
    works = [
        Work(network=key, mode=mode, method=method, precision=precision, batch=batch)
        for key, mode, method in product(NETWORKS, Mode, Method)
        for precision in (None, Precision.INT8)
        for batch in (None, 1)
    ]
    regimes = {found.regime for work in works if (found := predictor.predict(work, card))}
    parts = {part.name for work in works for part in memory_need(work, NETWORKS[work.network]).parts}

    assert {"launch", "bandwidth", "compute"} <= regimes <= keys_under("predict.limited.")
    assert {"weights", "activations", "kv_cache"} <= parts <= keys_under("memory.names.")
