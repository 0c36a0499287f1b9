"""Figures of the scoring engine, each entered with what it must agree with: the verifier reads the entries."""

from math import floor, log10

from bot.answering.phrasing import phrase
from bot.answers import Figure, Kind, Name, Part
from bot.rendering.numbers import say_unit
from knowledge.prices import Rate
from retrieval.scoring.candidates import Reason

#: Values of a reason that are estimates: two digits are all that is known.
_ESTIMATED = frozenset({"ratio", "need_gb", "value_speed", "lo", "hi"})
_DROPPED = ("GeForce ", "Radeon ", "Tesla ", "Instinct ")


def rounded(value: float, digits: int) -> float:
    """Return *value* with so many significant digits, 1534.2 as 1500 for two."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - floor(log10(abs(value))))


class Ledger:
    """What an answer's figures are bound to."""

    def __init__(self, rate: Rate | None = None) -> None:
        self.evidence: dict[str, float] = {}
        self.rate = rate  #: of the asker's currency, where it is not the dollar

    def figure(  # noqa: PLR0913  # a figure has that many sides
        self,
        key: str,
        value: float,
        unit: str = "",
        *,
        kind: Kind = Kind.COMPUTED,
        digits: int = 3,
        citation: str | None = None,
        approximate: bool = False,
    ) -> Figure:
        """Return *value* rounded to be said, entered under *key*."""
        self.evidence[key] = value
        said = rounded(value, digits)
        return Figure(value=said, unit=unit, kind=kind, evidence=key, citation=citation, approximate=approximate)

    def money(self, language: str, key: str, usd: float, figure: Part | None = None) -> tuple[Part, ...]:
        """Return a sum in dollars (said as *figure* where given), beside it what it is in the asker's currency."""
        said = figure or self._dollars(key, usd)
        if self.rate is None:
            return (said,)
        dong = self.rate.currency == "VND"
        value, unit = usd * self.rate.per_usd, "" if dong else self.rate.currency
        amount = self.figure(f"local/{key}", value / 1e6 if dong else value, unit)
        local = phrase(language, "choose.millions", amount=amount) if dong else (amount,)
        return phrase(language, "choose.local", price=said, local=local)

    def _dollars(self, key: str, usd: float) -> Figure:
        return self.figure(key, usd, "USD", digits=6 if usd == int(usd) else 3)

    def reason(self, language: str, reason: Reason, place: str) -> tuple[Part, ...]:
        """Return a reason of the scoring engine in words; *place* tells its entries from others."""
        fillings: dict[str, Part | tuple[Part, ...]] = {}
        level = rounded(float(reason.values.get("ratio", 0.0)), 2) == 1
        for name, value in reason.values.items():
            key = f"{place}/{reason.key}/{name}"
            if isinstance(value, str):
                fillings[name] = Name(say_unit(value, language) if name == "unit" else _short(value))
            elif _is_money(reason.key, name):
                plain = reason.key.startswith("change.") and name == "usd"  # beside another sum that says it
                fillings[name] = self._dollars(key, value) if plain else self.money(language, key, value)
            elif name == "year":
                fillings[name] = Name(f"{value:g}")
            else:
                digits = 2 if name in _ESTIMATED else 6 if value == int(value) else 3
                fillings[name] = self.figure(key, value, digits=digits)
        if {"ratio", "yardstick"} <= fillings.keys():
            fillings["times"] = phrase(language, f"choose.score.{'level' if level else 'times'}", **fillings)
        return phrase(language, f"choose.{reason.key}", **fillings)


def _is_money(key: str, name: str) -> bool:
    """Whether the value *name* of the reason *key* is a sum in dollars."""
    if name == "usd":
        return True
    if key.startswith(("change.budget", "change.price")):
        return name == "value"
    return ("budget_usd" in key or "price_unknown" in key) and name in {"wanted", "has"}


def _short(name: str) -> str:
    for word in _DROPPED:
        name = name.removeprefix(word)
    return name
