"""Candidates and yardsticks for tests of the ranking, and strategies that draw them."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from knowledge.prices import Price
from retrieval.scoring.candidates import Candidate, Speed
from retrieval.scoring.criteria import CRITERIA, Yardstick
from retrieval.scoring.needs import FormFactor, Limits, Purpose, Wishes
from retrieval.scoring.ranking import Ranked
from tests.makers import make_gpu

CARD_FIELDS = frozenset(
    {"slug", "vendor", "market", "memory_gb", "tdp_w", "form_factor", "cooling", "slots", "power_connectors"}
    | {"psu_recommended_w", "architecture", "launch_date"}
)


def make_price(usd: float = 1000, **fields: Any) -> Price:
    """Return a launch price of round dollars."""
    given: dict[str, Any] = {
        "basis": "launch",
        "date": "2024-01",
        "condition": "new",
        "original": None,
        "currency": "USD",
    }
    return Price(usd=usd, **(given | fields))


def make_speed(value: float = 100, lo: float | None = None, hi: float | None = None, **fields: Any) -> Speed:
    """Return a speed in samples/s, exact unless an interval is given."""
    given: dict[str, Any] = {"unit": "samples/s", "basis": "fitted"}
    return Speed(value=value, lo=value if lo is None else lo, hi=value if hi is None else hi, **(given | fields))


def make_candidate(
    name: str = "card", *, usd: float | None = 1000, speed: float | Speed | None = 100, **fields: Any
) -> Candidate:
    """Return a desktop card of 24 GB, 300 W, 1,000 USD and 100 samples/s that anything runs on."""
    of_card = {key: fields.pop(key) for key in list(fields) if key in CARD_FIELDS}
    card = make_gpu(
        **({"name": name, "slug": name, "form_factor": "PCIe card", "cooling": "fans", "slots": 2} | of_card)
    )
    given: dict[str, Any] = {"need_gb": 0.0, "fits": True, "support_share": 1.0, "support_level": "full"}
    given |= {"support_reason": "", "ecosystem_share": 1.0, "ecosystem_reason": ""}
    return Candidate(
        card=card,
        price=None if usd is None else make_price(usd),
        speed=make_speed(speed) if isinstance(speed, (int, float)) else speed,
        **(given | fields),
    )


def make_yardstick(**fields: Any) -> Yardstick:
    """Return what a candidate with all defaults measures 1 by."""
    given: dict[str, Any] = {"name": "the yardstick", "speed": 100, "usd": 1000, "watts": 300}
    return Yardstick(**(given | fields))


def make_ranked(name: str, *, rank: int = 1, **fields: Any) -> Ranked:
    """Return a candidate as it stands on a shortlist."""
    return Ranked(candidate=make_candidate(name, **fields), score=1 / rank, rank=rank, yardstick=make_yardstick())


def with_usd(candidate: Candidate, usd: float) -> Candidate:
    """Return the same candidate at another price."""
    return replace(candidate, price=make_price(usd))


def rename(candidates: list[Candidate]) -> list[Candidate]:
    """Return candidates whose slugs and names differ."""
    return [
        replace(one, card=replace(one.card, name=f"card {index:03}", slug=f"card-{index:03}"))
        for index, one in enumerate(candidates)
    ]


def for_a_pc(candidate: Candidate) -> Candidate:
    """Return the same candidate as a desktop card whose memory is enough, so that it keeps all but given limits."""
    card = replace(candidate.card, form_factor="PCIe card", market="desktop", cooling="fans")
    return replace(candidate, card=card, fits=True, need_gb=0.0)


_amounts = st.floats(min_value=1, max_value=50_000, allow_nan=False)
_shares = st.floats(min_value=0, max_value=1, allow_nan=False)


@st.composite
def drawn_candidates(draw: st.DrawFn) -> Candidate:
    """Draw a card of any kind, with or without a price and a speed."""
    speed = draw(st.none() | _amounts)
    return make_candidate(
        usd=draw(st.none() | _amounts),
        speed=None if speed is None else make_speed(speed, lo=speed * 0.8, hi=speed * 1.25),
        memory_gb=draw(st.sampled_from([4, 8, 12, 16, 24, 32, 48, 80, 96, 141])),
        tdp_w=draw(st.none() | st.floats(min_value=30, max_value=1400)),
        vendor=draw(st.sampled_from(["NVIDIA", "AMD", "Intel"])),
        market=draw(st.sampled_from(["desktop", "desktop", "workstation", "datacenter", "laptop"])),
        form_factor=draw(st.sampled_from(["PCIe card"] * 4 + ["SXM5", "OAM", "laptop"])),
        cooling=draw(st.sampled_from(["fans", "fans", "blower", "passive", None])),
        slots=draw(st.sampled_from([None, 1, 2, 3])),
        power_connectors=draw(st.sampled_from([None, "none (slot power)", "1x 8-pin"])),
        psu_recommended_w=draw(st.none() | st.sampled_from([300, 550, 850])),
        need_gb=draw(st.floats(min_value=0, max_value=20)),
        fits=draw(st.sampled_from([True, True, True, False])),
        support_share=draw(_shares),
        support_level=draw(st.sampled_from(["full", "partial", "none"])),
        ecosystem_share=draw(_shares),
        age_years=draw(st.none() | st.integers(min_value=0, max_value=12)),
    )


def drawn_catalogues(largest: int = 12) -> st.SearchStrategy[list[Candidate]]:
    """Draw catalogues of cards with names of their own."""
    return st.lists(drawn_candidates(), min_size=1, max_size=largest).map(rename)


@st.composite
def drawn_wishes(draw: st.DrawFn, *, is_limited: bool = True) -> Wishes:
    """Draw a purpose, weights and some limits, each of which may be missing."""
    shares = st.floats(min_value=0.01, max_value=1)
    weights = draw(st.dictionaries(st.sampled_from(sorted(CRITERIA)), shares, max_size=3))
    purpose = draw(st.none() | st.sampled_from(Purpose))
    limits = Limits(**draw(st.fixed_dictionaries({}, optional=_LIMITS))) if is_limited else Limits()
    return Wishes(limits=limits, purpose=purpose, weights=tuple(weights.items()))


_LIMITS: dict[Any, st.SearchStrategy[Any]] = {
    "budget_usd": _amounts,
    "max_watts": st.floats(min_value=30, max_value=1500),
    "psu_watts": st.floats(min_value=300, max_value=2000),
    "min_memory_gb": st.sampled_from([8, 16, 24, 100]),
    "vendors": st.frozensets(st.sampled_from(["NVIDIA", "AMD", "Intel"]), max_size=2),
    "not_vendors": st.frozensets(st.sampled_from(["NVIDIA", "AMD"]), max_size=1),
    "ecosystem": st.sampled_from(["cuda", "rocm", "pytorch"]),
    "form_factor": st.sampled_from(FormFactor),
    "count": st.integers(min_value=1, max_value=4),
    "not_cards": st.frozensets(st.sampled_from(["card-000", "card-003"]), max_size=1),
    "condition": st.sampled_from(["new", "used"]),
    "max_slots": st.sampled_from([1, 2, 2.5]),
}
