"""The modal of `/gpu pick`: what is wanted of a card as fields, read back as the question one would type. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.rendering.numbers import say_number
from bot.texts import Texts, texts

CALLBACK = "pick"
#: Networks that the engine knows, as both languages name them.
WORKS = (
    "CNN", "SimpleRNN", "LSTM", "GRU", "VGG16", "VGG16 transfer learning", "ResNet-50", "BERT-base", "BERT-large",
    "GPT-2", "Stable Diffusion", "SDXL", "FLUX.1", "LLM 7B", "LLM 13B", "LLM 70B",
)  # fmt: skip
PURPOSES = ("training", "fine-tuning", "inference")
CURRENCIES = ("usd", "vnd", "eur")
#: Makers by the name of their choice; those that are not wanted are marked.
_MAKERS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}
_NOT = "no_"
VENDORS = (*_MAKERS, *(f"{_NOT}{name}" for name in _MAKERS))
_LONGEST = 500  #: of what else is wished
_MOST = 1_000_000_000.0
_EXAMPLES = {
    "en": {"budget": "1500", "memory": "16", "watts": "350"},
    "vi": {"budget": "40", "memory": "16", "watts": "350"},
}
#: What a budget is in, unless something else is chosen.
_USUAL = {"en": "usd", "vi": "vnd"}
_MILLION = 1_000_000


def to_pick_modal(language: str, metadata: str) -> dict[str, Any]:
    """Return the modal; *metadata* comes back as it is, at most 3000 signs."""
    own = texts(language)
    title, submit, close = (_plain(own.say(f"slack.pick.{name}")) for name in ("title", "submit", "close"))
    view = {"type": "modal", "callback_id": CALLBACK, "title": title, "submit": submit, "close": close}
    return view | {"private_metadata": metadata, "blocks": list(_inputs(own))}


def read_pick_modal(view: Mapping[str, Any]) -> str | dict[str, str]:
    """Return the question that the fields ask, in the language of the modal; else errors by the field's block."""
    values: Mapping[str, Mapping[str, Any]] = view["state"]["values"]
    language = next((action for fields in values.values() for action in fields), "en")
    own = texts(language if language in {"en", "vi"} else "en")
    said = {block: _value(state) for block, fields in values.items() for state in fields.values()}
    errors = dict(_errors(own, said))
    if errors:
        return errors
    wishes = [*_numbers(own, said), *_maker(own, said)]
    if more := " ".join(said.get("more", "").split()):
        wishes.append(more)
    if not wishes and not said.get("workload") and not said.get("purpose"):
        return {"workload": own.say("slack.pick.nothing")}
    return ", ".join([_subject(own, said), *wishes])


def _inputs(own: Texts) -> Iterator[dict[str, Any]]:
    yield _input(own, "workload", _select(own, [(work, work) for work in WORKS]))
    yield _input(own, "purpose", _select(own, _named(own, "purposes", PURPOSES)))
    yield _input(own, "budget", _number(own, is_whole=False))
    yield _input(own, "currency", _select(own, _named(own, "currencies", CURRENCIES), _USUAL[own.language]))
    yield _input(own, "memory", _number(own))
    yield _input(own, "watts", _number(own))
    yield _input(own, "vendor", _select(own, _named(own, "vendors", VENDORS)))
    element = {"type": "plain_text_input", "action_id": own.language, "multiline": True, "max_length": _LONGEST}
    hint = {"hint": _plain(own.say("slack.pick.more_hint"))}
    yield _input(own, "more", element) | hint


def _input(own: Texts, name: str, element: Mapping[str, Any]) -> dict[str, Any]:
    label = _plain(own.say(f"slack.pick.{name}"))
    return {"type": "input", "block_id": name, "optional": True, "label": label, "element": dict(element)}


def _select(own: Texts, choices: Sequence[tuple[str, str]], chosen: str = "") -> dict[str, Any]:
    """Return a choice. An `action_id` here tells the modal's language."""
    options = {value: {"text": _plain(label), "value": value} for value, label in choices}
    start = {"initial_option": options[chosen]} if chosen else {"placeholder": _plain(own.say("slack.pick.any"))}
    return {"type": "static_select", "action_id": own.language, "options": list(options.values()), **start}


def _number(own: Texts, *, is_whole: bool = True) -> dict[str, Any]:
    return {"type": "number_input", "action_id": own.language, "is_decimal_allowed": not is_whole, "min_value": "1"}


def _named(own: Texts, group: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, own.say(f"slack.pick.{group}.{value}")) for value in values]


def _value(state: Mapping[str, Any]) -> str:
    """Return what stands in a field, "" where nothing does."""
    chosen = state.get("selected_option")
    return str((chosen or {}).get("value") or state.get("value") or "").strip()


def _errors(own: Texts, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, example in _EXAMPLES[own.language].items():
        if said.get(name) and _amount(said[name]) is None:
            yield name, own.say("slack.pick.no_number", example=example)
    if len(said.get("more", "")) > _LONGEST:
        yield "more", own.say("slack.pick.too_long", count=str(_LONGEST))


def _amount(text: str) -> float | None:
    """Return a number that can limit something; Slack writes a decimal point in every language."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 < value <= _MOST else None


def _subject(own: Texts, said: Mapping[str, str]) -> str:
    """Return what the card is for."""
    work = said.get("workload", "") if said.get("workload") in WORKS else ""
    purpose = said.get("purpose") if said.get("purpose") in PURPOSES else None
    ask, words = "slack.pick.ask", [own.say("slack.pick.ask.card")]
    if work:
        words.append(own.say(f"{ask}.{purpose or 'work'}", work=work))
    elif purpose:
        words.append(own.say(f"{ask}.bare.{purpose}"))
    return " ".join(words)


def _numbers(own: Texts, said: Mapping[str, str]) -> Iterator[str]:
    for name in _EXAMPLES[own.language]:
        value = _amount(said.get(name, ""))
        if value is None:
            continue
        unit = name
        if name == "budget":
            unit = said["currency"] if said.get("currency") in CURRENCIES else _USUAL[own.language]
            value *= _MILLION if unit == "vnd" and own.language != "vi" else 1  # where the text names no million
        yield own.say(f"slack.pick.ask.{unit}", amount=say_number(value, own.language))


def _maker(own: Texts, said: Mapping[str, str]) -> Iterator[str]:
    choice = said.get("vendor", "")
    if choice in VENDORS:
        form = "without" if choice.startswith(_NOT) else "only"
        yield own.say(f"slack.pick.ask.{form}", vendor=_MAKERS[choice.removeprefix(_NOT)])


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}
