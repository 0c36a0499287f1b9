"""What the hosts have, as a chat shows it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.answering.problems import problem_text
from bot.benching.probing import Probe
from bot.rendering.numbers import say_number
from bot.texts import texts

_GB = 1e9


def hosts_text(probes: Iterable[Probe], language: str) -> str:
    """Return a line a host, its GPUs and what is wrong with it below."""
    lines = (line for probe in probes for line in _lines(probe, language))
    return "\n".join([texts(language).say("cards.hosts"), *map(_printable, lines)])


def _lines(probe: Probe, language: str) -> Iterator[str]:
    say = texts(language).say
    if probe.found is None:
        yield say("cards.host.unasked", name=probe.name)
    else:
        yield say("cards.host.one", name=probe.name, facts=_facts(probe.found, language))
        yield from (f"• {_card(gpu, language)}" for gpu in probe.found["gpus"])
    for problem in probe.problems:
        yield say("cards.host.wrong", problem=problem_text("host", problem, language))


def _facts(found: Mapping[str, Any], language: str) -> str:
    say, host, software = texts(language).say, found["host"], found["software"] or {}
    facts = [str(host["cpu_model"]), say("cards.host.cores", count=str(host["cores_visible"]))]
    facts += [f"{say_number(host['ram_gb'], language)} GB"] if "ram_gb" in host else []
    facts.append(f"torch {software['torch']}" if software else say("cards.host.no_torch"))
    facts += [] if found["gpus"] else [say("cards.host.no_gpu")]
    return ", ".join(facts)


def _card(gpu: Mapping[str, Any], language: str) -> str:
    memory = say_number(round(gpu["memory_bytes"] / _GB, 1), language)
    return f"{gpu['name']}, {memory} GB, sm {gpu['sm']}, {gpu['uuid']}"


def _printable(line: str) -> str:
    """Return a line without signs that show nothing: a host's words are not ours."""
    return "".join(filter(str.isprintable, line))
