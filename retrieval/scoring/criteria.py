"""What speaks for a card: six criteria, each a share of a fixed yardstick, so that no card's score depends on another.

A weighted product joins them. Values are ratios to fixed figures, not to the best candidate: adding a card to the
catalogue can never swap two others. What is not known counts as FLOOR, the least that any card gets: never a bonus.
Only a price that is not known counts as a usual one: makers name none for whole kinds of cards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from knowledge.errors import GpuwiseError
from retrieval.scoring.candidates import Candidate, Reason
from retrieval.scoring.needs import Purpose, Wishes

FLOOR = 0.01  #: least value of a criterion: a product must not be wiped out by one unknown
ASSUMED_NEED_GB = 8.0  #: a smaller or unknown need counts as this: the next network is rarely smaller
#: Speed for the money, of a card without a price: the median of the workstation cards that have one, at launch prices,
#: lies between 0.38 and 0.43 in all of ResNet-50, BERT and language models. Cards without a price are mostly such.
USUAL_PRICE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What counts as 1: a card named once, with its speed in the same work; it needs not be a candidate."""

    name: str
    speed: float | None  #: in the unit of the candidates' speeds; None where no speed is predicted at all
    usd: float
    watts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one card does by one criterion."""

    name: str
    value: float  #: above 0; 1 is as good as the yardstick, or full marks where the criterion is a share
    reason: Reason


class UnknownCriterionError(GpuwiseError):
    """A weight was given for something that is no criterion."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no criterion. Weights go to: {', '.join(CRITERIA)}.")


class WrongWeightError(GpuwiseError):
    """A weight is not a share that can be used."""


def speed_share(candidate: Candidate, yardstick: Yardstick) -> float:
    """Return predicted throughput over the yardstick's, at least FLOOR; FLOOR where either is unknown."""
    if candidate.speed is None or not yardstick.speed:
        return FLOOR
    return max(candidate.speed.value / yardstick.speed, FLOOR)


def headroom_share(candidate: Candidate, _yardstick: Yardstick) -> float:
    """Return memory² over memory² plus need²: 0.5 just fits, 0.8 for twice the need, 0.94 for four times.

    Squares, because the first gigabytes to spare count most: a need is known to about a fifth, and what just fits stops
    fitting with the next batch; from three times the need on there is little left to gain.
    """
    memory_gb = candidate.card.memory_gb
    if memory_gb is None:
        return FLOOR
    share = (max(candidate.need_gb, ASSUMED_NEED_GB) / memory_gb) if memory_gb else inf
    return max(1 / (1 + share * share), FLOOR)


def price_share(candidate: Candidate, yardstick: Yardstick) -> float:
    """Return speed for the money over the yardstick's, at least FLOOR.

    A card without a price counts as one that costs what is usual for its speed (USUAL_PRICE), and no less than the
    yardstick. That looks at no other card, so the order stays; a budget removes such cards before.
    """
    return _for_money(speed_share(candidate, yardstick), candidate.usd, yardstick)


def _for_money(speed: float, usd: float | None, yardstick: Yardstick) -> float:
    return max(speed * yardstick.usd / usd if usd else min(speed, USUAL_PRICE), FLOOR)


def energy_share(candidate: Candidate, yardstick: Yardstick) -> float:
    """Return speed for a watt of TDP over the yardstick's, at least FLOOR; FLOOR where no TDP is stated."""
    tdp_w = candidate.card.tdp_w
    if tdp_w is None:
        return FLOOR
    return max(speed_share(candidate, yardstick) * yardstick.watts / tdp_w, FLOOR)


def support_share(candidate: Candidate, _yardstick: Yardstick) -> float:
    """Return how long software will go on supporting the card, FLOOR for not any more to 1 for years to come."""
    return max(candidate.support_share, FLOOR)


def ecosystem_share(candidate: Candidate, _yardstick: Yardstick) -> float:
    """Return how much of the field's software runs on the card, FLOOR for none to 1 for all of it first."""
    return max(candidate.ecosystem_share, FLOOR)


def score_speed(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return the speed beside the yardstick's, 1 for as fast."""
    value = speed_share(candidate, yardstick)
    if candidate.speed is None or not yardstick.speed:
        return Score(name="speed", value=value, reason=Reason(key="score.speed_unknown"))
    speed = candidate.speed
    values: dict[str, float | str] = {"value": speed.value, "lo": speed.lo, "hi": speed.hi, "unit": speed.unit}
    values |= {"ratio": speed.value / yardstick.speed, "yardstick": yardstick.name}
    return Score(name="speed", value=value, reason=Reason(key=f"score.speed_{speed.basis}", values=values))


def score_headroom(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return the memory left over, 0.5 for just enough."""
    value = headroom_share(candidate, yardstick)
    memory_gb = candidate.card.memory_gb
    if memory_gb is None:
        return Score(name="headroom", value=value, reason=Reason(key="score.headroom_unknown"))
    if candidate.need_gb <= 0:
        reason = Reason(key="score.headroom_no_need", values={"memory_gb": memory_gb})
    else:
        reason = Reason(key="score.headroom", values={"memory_gb": memory_gb, "need_gb": candidate.need_gb})
    return Score(name="headroom", value=value, reason=reason)


def score_price(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return the speed for the money, 1 for the yardstick's."""
    value = price_share(candidate, yardstick)
    if candidate.price is None:
        return Score(name="price", value=value, reason=Reason(key="score.price_unknown"))
    price = candidate.price
    values: dict[str, float | str] = {"usd": price.usd, "date": price.date, "condition": price.condition}
    values |= {"ratio": value, "yardstick": yardstick.name}
    return Score(name="price", value=value, reason=Reason(key=f"score.price_{price.basis}", values=values))


def score_energy(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return the speed for a watt, 1 for the yardstick's."""
    value = energy_share(candidate, yardstick)
    tdp_w = candidate.card.tdp_w
    if tdp_w is None:
        return Score(name="energy", value=value, reason=Reason(key="score.energy_unknown"))
    values: dict[str, float | str] = {"watts": tdp_w, "ratio": value, "yardstick": yardstick.name}
    return Score(name="energy", value=value, reason=Reason(key="score.energy", values=values))


def score_support(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return how long software will go on supporting the card."""
    reason = Reason(key="score.support", values={"why": candidate.support_reason})
    return Score(name="support", value=support_share(candidate, yardstick), reason=reason)


def score_ecosystem(candidate: Candidate, yardstick: Yardstick) -> Score:
    """Return how much of the field's software runs on the card."""
    reason = Reason(key="score.ecosystem", values={"why": candidate.ecosystem_reason})
    return Score(name="ecosystem", value=ecosystem_share(candidate, yardstick), reason=reason)


#: Each criterion by name: its bare value, and its value with the reason.
CRITERIA: Mapping[str, tuple[Callable[[Candidate, Yardstick], float], Callable[[Candidate, Yardstick], Score]]] = {
    "speed": (speed_share, score_speed),
    "headroom": (headroom_share, score_headroom),
    "price": (price_share, score_price),
    "energy": (energy_share, score_energy),
    "support": (support_share, score_support),
    "ecosystem": (ecosystem_share, score_ecosystem),
}

#: Shares of the criteria, in the order of CRITERIA, by what the purchase is for. Judgements, not measurements: training
#: waits for speed; fine-tuning fails on memory, and its libraries are written for CUDA first; inference wants tokens a
#: second from a stack that runs; a learner has little money, follows tutorials and can wait.
_SHARES: Mapping[Purpose, tuple[float, ...]] = {
    Purpose.TRAINING: (0.25, 0.20, 0.20, 0.05, 0.15, 0.15),
    Purpose.FINE_TUNING: (0.15, 0.35, 0.15, 0.05, 0.10, 0.20),
    Purpose.INFERENCE: (0.25, 0.20, 0.15, 0.10, 0.10, 0.20),
    Purpose.LEARNING: (0.05, 0.20, 0.30, 0.05, 0.10, 0.30),
}


def weights_of(wishes: Wishes) -> dict[str, float]:
    """Return each criterion's share, summing to 1: the purpose's (training if none was said), changed as asked.

    Shares given keep their size and the others split the rest as before; given shares above 1 together count relative
    to one another, and the others get nothing. Raises UnknownCriterionError or WrongWeightError.
    """
    shares = dict(zip(CRITERIA, _SHARES[wishes.purpose or Purpose.TRAINING], strict=True))
    given = dict(wishes.weights)
    for name, share in given.items():
        if name not in shares:
            raise UnknownCriterionError(name)
        if not (isfinite(share) and share >= 0):
            raise WrongWeightError(f"The weight of {name} is {share!r}; give a share between 0 and 1, such as 0.5.")
    rest = sum(share for name, share in shares.items() if name not in given)
    left = max(1 - sum(given.values()), 0.0)
    joined = {name: given.get(name, share * left / rest if rest else 0.0) for name, share in shares.items()}
    total = sum(joined.values())
    if total <= 0:
        raise WrongWeightError(f"All weights are 0; give at least one of {', '.join(CRITERIA)} a share above 0.")
    return {name: share / total for name, share in joined.items()}


def total_score(candidate: Candidate, weights: Mapping[str, float], yardstick: Yardstick) -> float:
    """Return the weighted product of all criteria, above 0; a criterion without a weight does not count."""
    speed = speed_share(candidate, yardstick)
    watts = candidate.card.tdp_w
    a_watt = FLOOR if watts is None else max(speed * yardstick.watts / watts, FLOOR)
    score: float = (
        speed ** weights.get("speed", 0.0)
        * headroom_share(candidate, yardstick) ** weights.get("headroom", 0.0)
        * _for_money(speed, candidate.usd, yardstick) ** weights.get("price", 0.0)
        * a_watt ** weights.get("energy", 0.0)
        * max(candidate.support_share, FLOOR) ** weights.get("support", 0.0)
        * max(candidate.ecosystem_share, FLOOR) ** weights.get("ecosystem", 0.0)
    )
    return score


def scores_of(candidate: Candidate, yardstick: Yardstick) -> tuple[Score, ...]:
    """Return every criterion with its reason."""
    return tuple(explain(candidate, yardstick) for _, explain in CRITERIA.values())
