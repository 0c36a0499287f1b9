"""Hard limits: which of them a card breaks, by how much, and why. A card that breaks one is never recommended."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from knowledge.specs import GpuSpec
from retrieval.scoring.candidates import Candidate, Reason
from retrieval.scoring.needs import FormFactor, Limits
from retrieval.scoring.places import SERVER_BUDGET_USD, implies_server, misplaced

#: What a computer draws besides its cards (processor, board, memory, disks, fans) with some room for peaks: 200 W as a
#: base, as `powersizing-gpu-power` of knowledge/sources/prices.toml has it, and a quarter on top.
REST_OF_COMPUTER_W = 250.0
#: Ecosystems that only one maker's cards run.
OWNERS = {"cuda": "NVIDIA", "rocm": "AMD", "oneapi": "Intel"}
#: A card launched this many years ago or more is no longer sold new: makers replace a generation every two or three.
USED_YEARS = 4
#: Conditions of a price that may be one of new goods; a list or a quote that does not say is a shop's.
_NEW = frozenset({"new", ""})
#: Places that what is asked for can turn into a server node.
_MAY_BE_A_NODE = frozenset({None, FormFactor.SERVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One limit that a card breaks."""

    limit: str  #: a field of Limits, or "memory" for works that do not fit
    wanted: float | str
    has: float | str
    shortfall: float  #: by which share of the limit it is missed; 1 where there is no more or less, or it is not known
    key: str = ""  #: of the reason, where it is not the limit's own
    more: tuple[tuple[str, float | str], ...] = ()  #: what the reason says beside wanted and has

    @property
    def reason(self) -> Reason:
        """Why the limit is broken; put together only when somebody reads it."""
        values = {"wanted": self.wanted, "has": self.has, **dict(self.more)}
        return Reason(key=f"limit.{self.key or self.limit}", values=values)

    @property
    def is_unknown(self) -> bool:
        """Whether the sheet or the price list does not say what the limit is about."""
        return self.key.endswith("_unknown")


Check = Callable[[Candidate, Limits], Broken | None]


def broken_limits(candidate: Candidate, limits: Limits) -> tuple[Broken, ...]:
    """Return every limit that *candidate* breaks, none for a card that may be recommended."""
    return broken_by(candidate, limits, active_checks(limits))


def active_checks(limits: Limits) -> tuple[Check, ...]:
    """Return the checks that *limits* make necessary, so that a whole catalogue is looked at by these alone."""
    wanted: tuple[tuple[bool, Check], ...] = (
        (True, _check_memory),
        (True, _check_place),
        (limits.budget_usd is not None, _check_budget),
        (limits.max_watts is not None, _check_watts),
        (limits.psu_watts is not None, _check_psu),
        (limits.min_memory_gb is not None, _check_min_memory),
        (bool(limits.vendors), _check_vendor),
        (bool(limits.not_vendors), _check_not_vendor),
        (limits.ecosystem is not None, _check_ecosystem),
        (bool(limits.not_cards), _check_not_cards),
        (limits.condition == "new", _check_is_new),
        (limits.max_slots is not None, _check_slots),
    )
    return tuple(check for is_active, check in wanted if is_active)


def broken_by(candidate: Candidate, limits: Limits, checks: tuple[Check, ...]) -> tuple[Broken, ...]:
    """Return what *candidate* breaks among *checks*, which active_checks gave for the same limits."""
    return tuple([broken for check in checks if (broken := check(candidate, limits)) is not None])


def psu_needed_w(card: GpuSpec, count: int) -> float | None:
    """Return the smallest power supply for *count* cards in W: their TDP and the rest of the computer.

    For one card the maker's recommendation counts where it is smaller; None where no TDP is stated. Makers mostly ask
    for more, to be safe with any processor: psu_caution says so.
    """
    if card.tdp_w is None:
        return None
    needed = card.tdp_w * count + REST_OF_COMPUTER_W
    return min(needed, card.psu_recommended_w) if count == 1 and card.psu_recommended_w else needed


def psu_caution(card: GpuSpec, limits: Limits) -> Reason | None:
    """Return a warning where the power supply is big enough by our reckoning, but smaller than the maker recommends."""
    recommended_w = card.psu_recommended_w
    if limits.psu_watts is None or recommended_w is None or limits.psu_watts >= recommended_w:
        return None
    left = limits.psu_watts - (card.tdp_w or 0.0) * limits.count
    return Reason(
        key="caution.psu",
        values={"name": card.name, "psu_watts": limits.psu_watts, "recommended_w": recommended_w, "left_w": left},
    )


def budget_needed_usd(candidate: Candidate, limits: Limits) -> float:
    """Return the smallest budget under which *candidate* keeps all limits; inf where money alone does not help."""
    if candidate.usd is None:
        return inf
    cost = candidate.usd * limits.count
    for budget in (cost, max(cost, SERVER_BUDGET_USD)):
        if not broken_limits(candidate, replace(limits, budget_usd=budget)):
            return budget
    return inf


def _over(limit: str, wanted: float, has: float, *more: tuple[str, float | str], key: str = "") -> Broken | None:
    if has <= wanted:
        return None
    shortfall = has / wanted - 1 if wanted > 0 else 1.0
    return Broken(limit=limit, wanted=wanted, has=has, shortfall=shortfall, more=more, key=key)


def _unknown(limit: str, wanted: float, what: str) -> Broken:
    return Broken(limit=limit, wanted=wanted, has="", shortfall=1.0, key=what)


def _other(limit: str, wanted: str, has: str, key: str = "") -> Broken:
    return Broken(limit=limit, wanted=wanted, has=has, shortfall=1.0, key=key)


def _check_memory(candidate: Candidate, _limits: Limits) -> Broken | None:
    need_gb, memory_gb = candidate.need_gb, candidate.card.memory_gb
    if candidate.fits and need_gb <= (memory_gb or 0.0):
        return None
    if memory_gb is None:
        return _unknown("memory", need_gb, "memory_unknown")
    shortfall = max(need_gb / memory_gb - 1, 0.0)
    return Broken(limit="memory", wanted=need_gb, has=memory_gb, shortfall=shortfall)


def _check_place(candidate: Candidate, limits: Limits) -> Broken | None:
    place, card = limits.form_factor, candidate.card
    why = misplaced(card, place)
    if why is not None and place in _MAY_BE_A_NODE and implies_server(limits, candidate.need_gb):
        why = misplaced(card, place, server_implied=True)
    if why is None:
        return None
    return _other("form_factor", place.value if place else "", card.form_factor or card.market, f"form_factor_{why}")


def _check_budget(candidate: Candidate, limits: Limits) -> Broken | None:
    budget_usd = limits.budget_usd or 0.0
    if candidate.usd is None:
        return _unknown("budget_usd", budget_usd, "price_unknown")
    key = "budget_usd_one" if limits.count == 1 else ""
    return _over("budget_usd", budget_usd, candidate.usd * limits.count, ("count", limits.count), key=key)


def _check_watts(candidate: Candidate, limits: Limits) -> Broken | None:
    max_watts, tdp_w = limits.max_watts or 0.0, candidate.card.tdp_w
    if tdp_w is None:
        return _unknown("max_watts", max_watts, "watts_unknown")
    return _over("max_watts", max_watts, tdp_w * limits.count, ("count", limits.count))


def _check_psu(candidate: Candidate, limits: Limits) -> Broken | None:
    psu_watts, needed = limits.psu_watts or 0.0, psu_needed_w(candidate.card, limits.count)
    if needed is None:
        return _unknown("psu_watts", psu_watts, "watts_unknown")
    return _over("psu_watts", psu_watts, needed, ("tdp", candidate.card.tdp_w or 0.0), ("rest", REST_OF_COMPUTER_W))


def _check_min_memory(candidate: Candidate, limits: Limits) -> Broken | None:
    wanted, memory_gb = limits.min_memory_gb or 0.0, candidate.card.memory_gb
    if memory_gb is None:
        return _unknown("min_memory_gb", wanted, "memory_unknown")
    if memory_gb >= wanted:
        return None
    return Broken(limit="min_memory_gb", wanted=wanted, has=memory_gb, shortfall=1 - memory_gb / wanted)


def _check_vendor(candidate: Candidate, limits: Limits) -> Broken | None:
    vendor = candidate.card.vendor
    if vendor.casefold() in {name.casefold() for name in limits.vendors}:
        return None
    return _other("vendors", ", ".join(sorted(limits.vendors)), vendor)


def _check_not_vendor(candidate: Candidate, limits: Limits) -> Broken | None:
    vendor = candidate.card.vendor
    if vendor.casefold() not in {name.casefold() for name in limits.not_vendors}:
        return None
    return _other("not_vendors", ", ".join(sorted(limits.not_vendors)), vendor)


def _check_ecosystem(candidate: Candidate, limits: Limits) -> Broken | None:
    ecosystem = (limits.ecosystem or "").casefold()
    vendor = candidate.card.vendor
    if OWNERS.get(ecosystem, vendor).casefold() == vendor.casefold() and candidate.support_level != "none":
        return None
    return _other("ecosystem", ecosystem, vendor)


def _check_not_cards(candidate: Candidate, limits: Limits) -> Broken | None:
    if candidate.card.slug not in limits.not_cards:
        return None
    return _other("not_cards", candidate.card.slug, candidate.card.name)


def _check_is_new(candidate: Candidate, _limits: Limits) -> Broken | None:
    """Take a price of new goods as proof that a card is still sold; a launch price proves it for a few years only."""
    price = candidate.price
    if price is not None and price.condition not in _NEW:
        return _other("condition", "new", price.condition, "condition_price")
    is_sold = price is not None and price.basis != "launch"
    if is_sold or candidate.age_years is None or candidate.age_years < USED_YEARS:
        return None
    more = (("year", str(candidate.card.launch_year)),)
    return Broken(limit="condition", wanted="new", has="used", shortfall=1.0, more=more)


def _check_slots(candidate: Candidate, limits: Limits) -> Broken | None:
    max_slots, slots = limits.max_slots or 0.0, candidate.card.slots
    return _unknown("max_slots", max_slots, "slots_unknown") if slots is None else _over("max_slots", max_slots, slots)
