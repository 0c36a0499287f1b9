import pytest

from bot.understanding.names import NameReader
from knowledge.library import Library


@pytest.fixture(scope="module")
def reader(library: Library) -> NameReader:
    return NameReader(library.catalogue)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("rtx 2080 super max-q", ("rtx-2080-super-max-q",)),
        ("RTX 2080 Super MaxQ", ("rtx-2080-super-max-q",)),
        ("2070 max q", ("rtx-2070-max-q",)),
        ("jetson orin nano", ("jetson-orin-nano-super",)),
        ("jetson agx orin", ("jetson-agx-orin-32gb", "jetson-agx-orin-64gb")),
        ("dgx spark", ("dgx-spark-gb10",)),
        ("GB10", ("dgx-spark-gb10",)),
        ("radeon pro vii", ("radeon-pro-vii",)),
        ("radeon vii", ("vii",)),
        ("titan rtx", ("titan-rtx",)),
        ("v100 sxm3", ("v100-sxm3-32gb",)),
        ("rtx a5500", ("rtx-a5500",)),
        ("quadro rtx 5000", ("quadro-rtx-5000",)),
        ("rtx 5000 ada", ("rtx-5000-ada",)),
        ("rtx 4000 sff", ("rtx-4000-sff-ada",)),
        ("rtx 3050 6gb", ("rtx-3050-6gb",)),
        ("tesla k80", ("k80",)),
        ("strix halo", ("ryzen-ai-max-395",)),
        ("radeon 7", ("vii",)),
    ],
)
def test_a_name_that_people_write_is_found(reader: NameReader, text: str, slugs: tuple[str, ...]) -> None:
    assert [mention.slugs for mention in reader.read(f"what is the tdp of the {text}?")] == [slugs]


def test_a_question_about_the_bus_is_not_read_as_a_variant(reader: NameReader) -> None:
    assert [mention.text for mention in reader.read("V100 PCIe generation")] == ["V100"]


def test_a_laptop_twin_does_not_make_a_bus_part_of_the_name(reader: NameReader) -> None:
    assert [mention.text for mention in reader.read("rtx 3070 ti pcie")] == ["rtx 3070 ti"]


@pytest.mark.parametrize("text", ["16 GB 10 cards", "24GB-10 cards", "a network of 24gb 10 times"])
def test_an_amount_of_memory_before_a_number_is_no_gb10(reader: NameReader, text: str) -> None:
    assert reader.read(text) == ()


def test_a_bare_model_number_before_the_compute_units_is_a_card(reader: NameReader) -> None:
    (mention,) = reader.read("3090 đơn vị tính bao nhiêu")

    assert mention.slugs == ("rtx-3090",)


def test_a_bare_number_of_units_is_a_count(reader: NameReader) -> None:
    assert reader.read("mua 3090 đơn vị") == ()
