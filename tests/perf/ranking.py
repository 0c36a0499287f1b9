"""How long ranking takes: `python -m tests.perf.ranking`. The catalogue and copies of it, interleaved in one run."""

import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

from knowledge.catalogue import Catalogue
from knowledge.library import load_library
from knowledge.tables import load_tables
from retrieval.scoring.advisor import Advisor
from retrieval.scoring.fits import load_fits
from retrieval.scoring.needs import Limits, Method, Wishes, Work
from retrieval.scoring.prediction import Predictor
from retrieval.scoring.ranking import rank

ROOT = Path(__file__).parents[2]
SIZES = (1, 2, 4, 8)
ROUNDS = 60
BAR_MS = 2.0
TODAY = date(2026, 11, 24)
#: The question of the README: two works, a budget, watts and an ecosystem.
WISHES = Wishes(
    limits=Limits(budget_usd=1500, max_watts=650, ecosystem="pytorch"),
    works=(Work(network="vgg16"), Work(network="llm", parameters_b=7, method=Method.QLORA)),
)


def enlarged(catalogue: Catalogue, times: int) -> Catalogue:
    """Return the catalogue with each card *times* times, under other slugs."""
    copies = (
        replace(card, slug=f"{card.slug}~{number}", name=f"{card.name} {number}") if number else card
        for number in range(times)
        for card in catalogue.cards
    )
    return Catalogue(tuple(copies))


def steps(advisor: Advisor) -> dict[str, Callable[[], object]]:
    """Return what is timed: everything known of each card put together and ranked; and the whole advice."""
    cards = advisor.catalogue.cards
    yardstick = advisor.yardstick(advisor.plan(WISHES))
    return {
        "ranked": lambda: rank(advisor.candidates(cards, WISHES, TODAY), WISHES, yardstick),
        "whole advice": lambda: advisor.advise(WISHES, TODAY),
    }


def measure() -> dict[tuple[int, str], float]:
    """Return the median milliseconds of each step by number of cards."""
    library = load_library()
    tables = load_tables(library.sources)
    predictor = Predictor(load_fits(), tables.networks)
    timed: dict[tuple[int, str], list[float]] = {}
    advisors = [Advisor(enlarged(library.catalogue, times), predictor, tables.support) for times in SIZES]
    todo = [(len(a.catalogue.cards), name, step) for a in advisors for name, step in steps(a).items()]
    for round_ in range(ROUNDS + 3):
        for cards, name, step in todo:
            begin = time.perf_counter()
            step()
            if round_ >= 3:  # the first rounds fill caches
                timed.setdefault((cards, name), []).append(1000 * (time.perf_counter() - begin))
    return {key: median(times) for key, times in timed.items()}


def report(times: dict[tuple[int, str], float]) -> str:
    """Return the Markdown table, and whether the bar is met and the growth linear."""
    sizes = sorted({cards for cards, _ in times})
    lines = [
        "| cards | ranked, ms | µs a card | whole advice, ms |",
        "| --- | --- | --- | --- |",
        *(
            f"| {cards} | {times[cards, 'ranked']:.2f} | {1000 * times[cards, 'ranked'] / cards:.1f} "
            f"| {times[cards, 'whole advice']:.2f} |"
            for cards in sizes
        ),
    ]
    first = times[sizes[0], "ranked"]
    growth = (times[sizes[-1], "ranked"] / first) / (sizes[-1] / sizes[0])
    verdict = "met" if first <= BAR_MS else "missed"
    more = sizes[-1] / sizes[0]
    said = f"The shipped catalogue is ranked in {first:.2f} ms (bar: {BAR_MS:g} ms, {verdict})."
    lines += ["", f"{said} {more:.0f} times the cards take {more * growth:.1f} times as long."]
    return "\n".join(lines)


def main() -> int:
    """Measure, print and write docs/perf-ranking.md."""
    text = report(measure())
    heading = (
        "# Ranking\n\nMade by `make perf`: a question with two workloads, a budget, watts and an ecosystem; candidates "
        f"put together and ranked, and the whole advice with what would change it. Medians of {ROUNDS} rounds, sizes "
        f"interleaved, Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}.\n\n"
    )
    (ROOT / "docs" / "perf-ranking.md").write_text(heading + text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
