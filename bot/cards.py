"""A benchmark as a card in a chat: what it says at each point, without the markup of any platform. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rendering.numbers import say_number
from bot.texts import texts

#: Cells of the bar, full and empty.
_FULL, _EMPTY, _CELLS = "▓", "░", 10
#: What is shown before a run has ended; an estimate never says that it did.
_MOST_SHARE = 0.99
_NAMED = 3  #: of several approvers
_MINUTE_S, _HOUR_S = 60, 3600


class CardState(StrEnum):
    """Where the run of a card stands."""

    PREVIEW = "preview"  #: shown before anybody asked for it
    WAITING = "waiting"  #: for approval
    DENIED = "denied"
    EXPIRED = "expired"  #: nobody decided in time
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"


ENDED = frozenset({CardState.DONE, CardState.CANCELLED, CardState.FAILED, CardState.TIMED_OUT, CardState.LOST})
_UNDECIDED = frozenset({CardState.PREVIEW, CardState.WAITING})
_HINTED = (ENDED - {CardState.DONE}) | {CardState.DENIED, CardState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCard:
    """What a card says. Texts are in *language* already; empty or None is what is not known and not shown."""

    language: str
    state: CardState
    work: str  #: such as "LSTM training (FP32, batch 128, length 50)"
    job_id: str = ""
    host: str = ""
    device: str = ""
    requester: str = ""
    approvers: tuple[str, ...] | None = None  #: None: no approval is needed; empty: nobody may approve
    decision: str = ""  #: such as "Approved by Lan, 14:02"
    ahead: int | None = None  #: runs before it on the same device
    estimate_s: float | None = None
    elapsed_s: float | None = None
    eta_s: float | None = None  #: until it ends
    phase: str = ""  #: such as "measuring"
    step_ms: float | None = None  #: the newest step
    throughput: str = ""  #: such as "9,700 sequences/s (95 %: 9,600 to 9,800)"
    verdict: str = ""
    problem: str = ""  #: why it failed

    @property
    def share(self) -> float | None:
        """How much of the time has passed, 0 to 0.99 while it runs; None where no time was estimated."""
        if self.elapsed_s is None:
            return None
        whole_s = self.elapsed_s + self.eta_s if self.eta_s is not None else self.estimate_s
        if not whole_s or whole_s <= 0:
            return None
        return min(max(self.elapsed_s / whole_s, 0.0), _MOST_SHARE)


def title_of(card: JobCard) -> str:
    """Return the first line: how it stands and what runs."""
    return _say(card, card.state.value, work=card.work)


def lines_of(card: JobCard) -> tuple[str, ...]:
    """Return what stands below the title, a line each."""
    if card.state is CardState.RUNNING:
        lines = [_place(card), _progress(card), _clock(card), _newest(card), card.decision]
    elif card.state is CardState.DONE:
        lines = [card.throughput, _capital(card.verdict), _joined(_place(card), _took(card)), card.decision]
    elif card.state in _HINTED:
        kept = _say(card, "kept_nothing") if card.state in ENDED else ""
        hint = _say(card, f"hint_{card.state.value}")
        lines = [_cause(card), _spaced(kept, hint), _joined(_place(card), _took(card)), card.decision]
    else:
        lines = [_place(card), _spaced(_estimate(card), _turn(card)), _spaced(_asked(card), _may(card)), card.decision]
    return tuple(line for line in lines if line)


def bar_of(share: float) -> str:
    """Return *share* as a bar of ten cells, a cell full only when all of it has passed."""
    full = int(share * _CELLS + 1e-9)
    return _FULL * full + _EMPTY * (_CELLS - full)


def duration_text(seconds: float, language: str) -> str:
    """Return a time as a person says it: 40 s, 3 min, 1 h 5 min."""
    say = texts(language).say
    if seconds < _MINUTE_S - 0.5:
        return say("card.seconds", value=str(round(seconds)))
    if seconds < _HOUR_S - _MINUTE_S / 2:
        return say("card.minutes", value=str(round(seconds / _MINUTE_S)))
    hours, minutes = divmod(round(seconds / _MINUTE_S), _MINUTE_S)
    return say("card.hours", hours=str(hours), minutes=str(minutes))


def _place(card: JobCard) -> str:
    return _joined(card.host, card.device, card.job_id)


def _progress(card: JobCard) -> str:
    if card.share is None:
        return ""
    return _say(card, "share", bar=bar_of(card.share), percent=str(int(card.share * 100)))


def _clock(card: JobCard) -> str:
    """Return phase, time passed and time left in one line."""
    elapsed = "" if card.elapsed_s is None else _say(card, "elapsed", time=duration_text(card.elapsed_s, card.language))
    left = "" if card.eta_s is None else _say(card, "left", time=duration_text(card.eta_s, card.language))
    return _capital(_joined(card.phase or _say(card, "starting"), elapsed, left))


def _newest(card: JobCard) -> str:
    """Return the newest number."""
    if card.throughput or card.step_ms is None:
        return card.throughput
    return _say(card, "step", ms=say_number(float(f"{card.step_ms:.3g}"), card.language))


def _cause(card: JobCard) -> str:
    """Return why it ended as it did, where the title alone does not say."""
    if card.state is CardState.LOST and not card.problem:
        return _say(card, "cause_lost")
    return card.problem


def _took(card: JobCard) -> str:
    return "" if card.elapsed_s is None else _say(card, "took", time=duration_text(card.elapsed_s, card.language))


def _estimate(card: JobCard) -> str:
    if card.estimate_s is None:
        return ""
    return _say(card, "estimate", time=duration_text(card.estimate_s, card.language))


def _turn(card: JobCard) -> str:
    """Return how many runs are before it."""
    if card.ahead is None:
        return ""
    if card.ahead == 0:
        return _say(card, "next_queued" if card.state is CardState.QUEUED else "next")
    return _say(card, "behind_one") if card.ahead == 1 else _say(card, "behind", count=str(card.ahead))


def _asked(card: JobCard) -> str:
    return _say(card, "asked", name=card.requester) if card.requester else ""


def _may(card: JobCard) -> str:
    """Return who decides, while nobody has."""
    if card.state not in _UNDECIDED or card.decision or card.approvers is None:
        return ""
    if not card.approvers:
        return _say(card, "nobody")
    shown, more = card.approvers[:_NAMED], len(card.approvers) - _NAMED
    if more > 0:
        return _say(card, "approvers", names=_say(card, "approvers_more", names=", ".join(shown), count=str(more)))
    first, last = shown[:-1], shown[-1]
    names = f"{', '.join(first)}{_say(card, 'or')}{last}" if first else last
    return _say(card, "approvers", names=names)


def _say(card: JobCard, key: str, **values: str) -> str:
    return texts(card.language).say(f"card.{key}", **values)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)
