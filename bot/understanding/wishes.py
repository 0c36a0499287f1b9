"""What one message states about a card that is wanted, how messages of a thread add up, and the wishes they make."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.understanding.amounts import Amount, Bound
from bot.understanding.priorities import NOTHING
from retrieval.scoring.criteria import weights_of
from retrieval.scoring.needs import FormFactor, Limits, Method, Mode, Precision, Purpose, Wishes, Work

#: How far above an amount that was said as "about" a card may lie.
ABOUT_SHARE = 0.10
#: What a card may cost of a budget for a whole computer: processor, memory, disk, board and supply take the rest.
CARD_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWishes:
    """Only what the message itself says; None, empty and False mean that it says nothing."""

    budget: Amount | None = None
    budget_more: Amount | None = None  #: on top of a budget named before, or of that of the same message
    is_budget_each: bool = False  #: the budget is for one card of several
    unlimited_budget: bool = False
    whole_computer: bool = False  #: the budget is said to pay for the rest of the computer too
    watts: Amount | None = None  #: of one card, or what is left for it
    psu: Amount | None = None  #: of the whole power supply
    memory: Amount | None = None  #: of one card, never `Bound.AT_MOST`
    memory_at_most: Amount | None = None
    vendors: frozenset[str] = frozenset()
    not_vendors: frozenset[str] = frozenset()
    any_vendor: bool = False
    ecosystem: str | None = None  #: cuda, rocm, oneapi, pytorch, tensorflow, jax
    not_needed: frozenset[str] = frozenset()  #: noted, decides nothing: ray tracing, video, gaming, display output
    purpose: Purpose | None = None
    mode: Mode | None = None
    method: Method | None = None
    precision: Precision | None = None
    batch: int | None = None
    length: int | None = None
    hidden: int | None = None
    count: int | None = None
    form_factor: FormFactor | None = None
    is_small_case: bool = False
    low_profile: bool = False  #: of half height
    max_slots: float | None = None  #: how wide the card may be
    quoted: Amount | None = None  #: a price the asker was told for a named card
    owned: tuple[tuple[int, int], ...] = ()  #: where cards are named that the asker has or had: none to buy
    condition: str | None = None  #: "used" or "new"
    used_cards_ok: bool | None = None
    cheaper: bool = False
    faster: bool = False
    more_memory: bool = False
    cooler: bool = False
    order: str | None = None  #: "cheapest", "most_memory" or "most_efficient": what a list goes by before all criteria
    weights: tuple[tuple[str, float], ...] = ()  #: criterion -> factor that it counts more by
    spans: tuple[tuple[int, int], ...] = ()  #: where amounts stand in the text: no card's name begins there

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Keys of what cannot hold at once, to be asked about."""
        checks = {
            "vendor": bool(self.vendors & self.not_vendors),
            "cuda_vendor": self.ecosystem == "cuda" and self._excludes("NVIDIA"),
            "rocm_vendor": self.ecosystem == "rocm" and self._excludes("AMD"),
            "oneapi_vendor": self.ecosystem == "oneapi" and self._excludes("Intel"),
            "memory": _is_above(self.memory, self.memory_at_most),
            "power": _is_above(self.watts, self.psu),
            "condition": self.condition == "used" and self.used_cards_ok is False,
            "count": self.form_factor is FormFactor.LAPTOP and (self.count or 1) > 1,
        }
        return tuple(key for key, holds in checks.items() if holds)

    @property
    def says_nothing(self) -> bool:
        """Whether the message states no wish at all; a card that one has is none."""
        return replace(self, spans=(), owned=()) == ReadWishes()

    def _excludes(self, vendor: str) -> bool:
        return vendor in self.not_vendors or bool(self.vendors and vendor not in self.vendors)


#: Slots of which the newest mention holds.
_CARRIED = (
    "watts", "psu", "ecosystem", "purpose", "mode", "precision", "batch", "length", "hidden", "count", "form_factor",
    "max_slots", "order",
)  # fmt: skip


def merge(earlier: ReadWishes, new: ReadWishes) -> ReadWishes:
    """Return both messages' wishes, the new one's first.

    "AMD now" clears NVIDIA, "any brand" clears all makers, a budget clears "no limit" and the other way round; "another
    $200" is added to the budget before. A quoted price, "cheaper" and the like, cards that one has, and spans belong to
    one message and are not carried.
    """
    both = {name: _later(getattr(earlier, name), getattr(new, name)) for name in _CARRIED}
    condition = new if new.condition is not None or new.used_cards_ok is not None else earlier
    return replace(
        new,
        **both,
        **_makers(earlier, new),
        **_memory(earlier, new),
        **_money(earlier, new),
        condition=condition.condition,
        used_cards_ok=condition.used_cards_ok,
        method=new.method or (None if new.mode is Mode.INFERENCE else earlier.method),
        weights=tuple((dict(earlier.weights) | dict(new.weights)).items()),
        not_needed=earlier.not_needed | new.not_needed,
        is_small_case=earlier.is_small_case or new.is_small_case,
        low_profile=earlier.low_profile or new.low_profile,
    )


def to_wishes(read: ReadWishes, rates: Mapping[str, float], works: tuple[Work, ...]) -> tuple[Wishes, tuple[str, ...]]:
    """Return the wishes and keys of what they assume, such as "rate:VND", "currency:USD" and "budget_about".

    *rates* are units of a currency for one USD; a budget in a currency without a rate limits nothing ("no_rate:CAD").
    Quoted prices are left out: only the caller knows which card was meant (`to_usd`).
    """
    assumed: list[str] = []
    limits = Limits(
        budget_usd=_budget_usd(read, rates, assumed),
        max_watts=_max_watts(read, assumed),
        psu_watts=read.psu.value if read.psu else None,
        min_memory_gb=read.memory.value if read.memory else None,
        vendors=read.vendors,
        not_vendors=read.not_vendors,
        ecosystem=read.ecosystem,
        form_factor=read.form_factor,
        count=read.count or 1,
        condition=read.condition,
        max_slots=read.max_slots,
    )
    if read.memory_at_most:
        assumed.append("memory_at_most")
    if read.is_small_case:
        assumed.append("small_case")
    told = tuple(_told(work, read) for work in works)
    wishes = Wishes(limits=limits, works=told, purpose=read.purpose, weights=_shares(read), order=read.order)
    return wishes, tuple(assumed)


def to_usd(amount: Amount, rates: Mapping[str, float]) -> float | None:
    """Return an amount of money in USD, or None where its currency has no rate above 0."""
    rate = 1.0 if amount.unit == "USD" else rates.get(amount.unit, 0.0)
    return amount.value / rate if rate > 0 else None


def _budget_usd(read: ReadWishes, rates: Mapping[str, float], assumed: list[str]) -> float | None:
    budget = read.budget or read.budget_more
    if budget is None:
        return None
    usd = to_usd(budget, rates)
    if usd is None:
        assumed.append(f"no_rate:{budget.unit}")
        return None
    if read.budget and read.budget_more:
        usd += to_usd(read.budget_more, rates) or 0.0
    if budget.unit != "USD":
        assumed.append(f"rate:{budget.unit}")
    if not budget.is_unit_said:
        assumed.append(f"currency:{budget.unit}")
    if budget.bound is Bound.AT_LEAST:
        assumed.append("budget_at_least")
        return None
    if budget.bound is Bound.ABOUT:
        assumed.append("budget_about")
        usd *= 1 + ABOUT_SHARE
    if read.whole_computer:
        assumed.append("whole_computer")
        usd *= CARD_SHARE
    if read.is_budget_each and (read.count or 1) > 1:
        assumed.append("budget_each")
        usd *= read.count or 1
    return usd


def _max_watts(read: ReadWishes, assumed: list[str]) -> float | None:
    """Return the watts of all cards together: what was said is of one."""
    if read.watts is None:
        return None
    if read.watts.bound is Bound.AT_LEAST:
        assumed.append("watts_at_least")
        return None
    watts, count = read.watts.value, read.count or 1
    if read.watts.bound is Bound.ABOUT:
        assumed.append("watts_about")
        watts *= 1 + ABOUT_SHARE
    if count > 1:
        assumed.append("watts_each")
    return watts * count


def _shares(read: ReadWishes) -> tuple[tuple[str, float], ...]:
    """Return the criteria named with the purpose's share times the factor, scaled as if all summed to 1."""
    usual = weights_of(Wishes(purpose=read.purpose))
    factors = ({"price": NOTHING} if read.unlimited_budget else {}) | dict(read.weights)
    changed = {name: usual[name] * factor for name, factor in factors.items() if name in usual}
    total = sum((usual | changed).values())
    return tuple((name, weight / total) for name, weight in changed.items()) if total > 0 else ()


def _told(work: Work, read: ReadWishes) -> Work:
    """Return the work with what was said of it."""
    said = {name: getattr(read, name) for name in ("mode", "precision", "batch", "length", "hidden")}
    told = replace(work, **{name: value for name, value in said.items() if value is not None})
    return replace(told, method=read.method) if read.method and told.mode is Mode.TRAINING else told


def _makers(earlier: ReadWishes, new: ReadWishes) -> dict[str, Any]:
    if new.any_vendor:
        return {"vendors": new.vendors, "not_vendors": new.not_vendors, "any_vendor": True}
    if new.vendors:
        not_vendors = (earlier.not_vendors - new.vendors) | new.not_vendors
        return {"vendors": new.vendors, "not_vendors": not_vendors, "any_vendor": False}
    return {
        "vendors": earlier.vendors - new.not_vendors,
        "not_vendors": earlier.not_vendors | new.not_vendors,
        "any_vendor": earlier.any_vendor and not new.not_vendors,
    }


def _money(earlier: ReadWishes, new: ReadWishes) -> dict[str, Any]:
    """Return the budget; more of the same currency is added to it, of another one kept beside it."""
    money = new if new.budget is not None or new.unlimited_budget else earlier
    budget, more = money.budget, new.budget_more or money.budget_more
    if more is not None and budget is None:
        budget, more = (None if money.unlimited_budget else more), None
    elif more is not None and budget is not None and more.unit == budget.unit:
        text = f"{budget.text} + {more.text}"
        budget, more = replace(budget, value=budget.value + more.value, text=text), None
    return {
        "budget": budget,
        "budget_more": more,
        "is_budget_each": money.is_budget_each,
        "unlimited_budget": money.unlimited_budget,
        "whole_computer": new.whole_computer or earlier.whole_computer,
    }


def _memory(earlier: ReadWishes, new: ReadWishes) -> dict[str, Any]:
    """Return both ends; an end of the earlier message that contradicts the new one is dropped."""
    least, most = _later(earlier.memory, new.memory), _later(earlier.memory_at_most, new.memory_at_most)
    if _is_above(least, most):
        least, most = new.memory, new.memory_at_most
    return {"memory": least, "memory_at_most": most}


def _later(earlier: Any, new: Any) -> Any:
    return earlier if new is None else new


def _is_above(least: Amount | None, most: Amount | None) -> bool:
    return least is not None and most is not None and least.value > most.value
