"""Reads what a message states about a card that is wanted: budget, watts, memory, makers, purpose, what counts."""

from collections.abc import Iterable
from dataclasses import replace

from bot.understanding import preferences, priorities, purposes, shapes
from bot.understanding.amounts import Amount, Bound, Wording, is_free
from bot.understanding.capacities import Capacity, Holder, read_memory, read_watts
from bot.understanding.language import detect_language
from bot.understanding.owning import Owned, read_owned, without
from bot.understanding.shapes import Number
from bot.understanding.spending import Money, Role, read_money
from bot.understanding.vendors import read_ecosystem, read_makers
from bot.understanding.wishes import ReadWishes

Span = tuple[int, int]
#: What a card may draw from its PCIe slot alone, by the PCI Express Card Electromechanical Specification.
SLOT_WATTS = 75.0


class ConstraintReader:
    """Understands wishes in English and Vietnamese; a text that tells neither is read in the fallback language."""

    def __init__(self, fallback_language: str = "en") -> None:
        self._fallback_language = fallback_language

    def read(self, text: str) -> ReadWishes:
        """Return what *text* states; spans are of *text* as given, best as `normalise` returns it. Never raises."""
        wording = Wording.of(text)
        is_vietnamese = detect_language(text, self._fallback_language) == "vi"
        watts, memory, owned = read_watts(wording), read_memory(wording), read_owned(wording)
        kept = without(wording, tuple(each for each in owned if each.is_replaced))
        read = _with_shapes(_with_capacities(ReadWishes(), watts, memory), wording, kept)
        money = read_money(wording, read.spans, is_vietnamese=is_vietnamese)
        read = _with_owned(_with_words(_with_money(read, money), wording), owned)
        return _with_place(read, wording, without(wording, owned))


def _with_capacities(read: ReadWishes, watts: tuple[Capacity, ...], memory: tuple[Capacity, ...]) -> ReadWishes:
    gigabytes = [each.amount for each in memory if each.holder is Holder.CARD]
    return replace(
        read,
        watts=_tightest([each.amount for each in watts if each.holder is Holder.CARD]),
        psu=_tightest([each.amount for each in watts if each.holder is Holder.SUPPLY]),
        memory=_loosest([each for each in gigabytes if each.bound is not Bound.AT_MOST]),
        memory_at_most=_tightest([each for each in gigabytes if each.bound is Bound.AT_MOST]),
        spans=_sorted((each.amount.start, each.amount.end) for each in (*watts, *memory)),
    )


def _with_shapes(read: ReadWishes, wording: Wording, kept: Wording) -> ReadWishes:
    """Return the numbers of the work; how many cards is read from *kept*, without cards that shall go."""
    batch, length, hidden, count = (
        _unless_taken(number, read.spans)
        for number in (
            shapes.read_batch(wording),
            shapes.read_length(wording),
            shapes.read_hidden(wording),
            shapes.read_count(kept),
        )
    )
    found = [number for number in (batch, length, hidden, count) if number is not None]
    return replace(
        read,
        batch=batch.value if batch else None,
        length=length.value if length else None,
        hidden=hidden.value if hidden else None,
        count=count.value if count else None,
        spans=_sorted([*read.spans, *((number.start, number.end) for number in found)]),
    )


def _with_money(read: ReadWishes, money: tuple[Money, ...]) -> ReadWishes:
    budgets = [each for each in money if each.role is Role.BUDGET]
    budget = next(
        (each for each in budgets if each.is_clear),
        next((each for each in budgets if each.amount.bound is Bound.AT_MOST), budgets[0] if budgets else None),
    )
    return replace(
        read,
        budget=budget.amount if budget else None,
        is_budget_each=budget is not None and budget.is_each,
        budget_more=next((each.amount for each in money if each.role is Role.MORE), None),
        quoted=next((each.amount for each in money if each.role is Role.QUOTED), None),
        spans=_sorted([*read.spans, *((each.amount.start, each.amount.end) for each in money)]),
    )


def _with_words(read: ReadWishes, wording: Wording) -> ReadWishes:
    makers = read_makers(wording)
    flags = priorities.read_flags(wording)
    return replace(
        read,
        unlimited_budget=read.budget is None and priorities.is_budget_unlimited(wording),
        whole_computer=priorities.is_for_whole_computer(wording),
        vendors=makers.wanted,
        not_vendors=makers.unwanted,
        any_vendor=makers.any_vendor,
        ecosystem=read_ecosystem(wording),
        not_needed=preferences.read_not_needed(wording),
        purpose=purposes.read_purpose(wording),
        mode=purposes.read_mode(wording),
        method=purposes.read_method(wording),
        precision=purposes.read_precision(wording),
        cheaper="cheaper" in flags,
        faster="faster" in flags,
        more_memory="more_memory" in flags,
        cooler="cooler" in flags,
        order=priorities.read_order(wording),
        weights=priorities.read_weights(wording),
    )


def _with_place(read: ReadWishes, wording: Wording, wanted: Wording) -> ReadWishes:
    """Return where the card must fit; its age is read from *wanted*, without the cards that the asker has."""
    return replace(
        read,
        watts=read.watts or _slot_watts(wording),
        form_factor=preferences.read_form_factor(wording),
        is_small_case=preferences.is_small_case(wording),
        low_profile=preferences.is_low_profile(wording),
        max_slots=preferences.read_max_slots(wording),
        condition=preferences.read_condition(wanted),
        used_cards_ok=preferences.read_used_cards_ok(wanted),
    )


def _with_owned(read: ReadWishes, owned: tuple[Owned, ...]) -> ReadWishes:
    spans = ((each.start, each.end) for each in owned)
    return replace(read, owned=tuple(span for span in spans if is_free(*span, read.spans)))


def _slot_watts(wording: Wording) -> Amount | None:
    """Return the power of a PCIe slot where it is said that nothing else can be plugged in."""
    span = preferences.find_no_connector(wording)
    if span is None:
        return None
    start, end = span
    text = wording.written[start:end]
    return Amount(value=SLOT_WATTS, unit="W", bound=Bound.AT_MOST, text=text, start=start, end=end, is_unit_said=False)


def _tightest(amounts: list[Amount]) -> Amount | None:
    """Return the smallest amount that is a limit from above, or else the first."""
    limits = [each for each in amounts if each.bound is Bound.AT_MOST]
    return min(limits, key=lambda each: each.value) if limits else next(iter(amounts), None)


def _loosest(amounts: list[Amount]) -> Amount | None:
    """Return the largest amount that is a limit from below, or else the first."""
    limits = [each for each in amounts if each.bound is Bound.AT_LEAST]
    return max(limits, key=lambda each: each.value) if limits else next(iter(amounts), None)


def _unless_taken(number: Number | None, taken: tuple[Span, ...]) -> Number | None:
    return number if number is not None and is_free(number.start, number.end, taken) else None


def _sorted(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(set(spans)))
