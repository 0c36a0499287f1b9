import pytest

from bot.understanding.names import closest_names
from knowledge.library import Library


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("rtx4080ti", ("RTX 4080", "RTX 4080 SUPER")),
        ("rtx4060super", ("RTX 4060", "RTX 4060 Ti")),
        ("rtx 3095", ("RTX 3090", "RTX 3050")),
    ],
)
def test_the_closest_names_have_the_same_number_where_one_has(
    library: Library, name: str, closest: tuple[str, ...]
) -> None:
    assert set(closest) <= set(closest_names(name, library.catalogue, limit=4))
