"""What is asked of a bot that is killed: questions whose answers tell which of them they answer."""

import re

from knowledge.library import Library

_BRAND = re.compile(r"^(?:GeForce |Radeon |Instinct |Tesla )+")
#: What is asked of each card, by what an answer to it calls it.
FIELDS = {"memory": "how much memory does the {name} have?", "board power (TDP)": "what is the TDP of the {name}?"}
RESULT = re.compile(r"r-\w+: ")  #: what a result's table begins with
OFFER = "If it is not above, I show it again."


def names_in(library: Library, count: int) -> list[str]:
    """Return names that are not part of one another, so that an answer tells its question."""
    names = [_BRAND.sub("", card.name) for card in library.catalogue.cards]
    alone = [name for name in names if sum(name in other for other in names) == 1]
    assert len(alone) >= count
    return alone[:count]
