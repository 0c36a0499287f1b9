from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.sources import Source
from knowledge.support import FRAMEWORKS, PRECISIONS, Level, SupportRules, load_support
from retrieval.scoring.support import support_for
from tests.makers import make_gpu

TODAY = date(2026, 11, 24)
RULE = {
    "id": '"all"',
    "frameworks": str(list(FRAMEWORKS)),
    "level": '"limited"',
    "share": "0.5",
    "reason": '"A reason."',
    "reason_vi": '"Một lý do."',
    "source": '"sheet"',
    "date": '"2026-11-24"',
}
FORMAT = {
    "id": '"formats"',
    "precisions": str(list(PRECISIONS)),
    "hardware": "true",
    "emulated": "false",
    "matrix_units": "false",
    **{name: RULE[name] for name in ("reason", "reason_vi", "source", "date")},
}
SHEET = Source(key="sheet", title="Sheet", publisher="Maker", url=None, date="2026", kind="vendor")


def make_rules(
    folder: Path, *rules: dict[str, str | None], formats: tuple[dict[str, str | None], ...] = ({},)
) -> SupportRules:
    """Read rules that differ from a sound one in the fields named (None: left out)."""

    def table(kind: str, sound: dict[str, str], fields: dict[str, str | None]) -> str:
        lines = [f"{name} = {value}" for name, value in (sound | fields).items() if value is not None]
        return "\n".join([f"[[{kind}]]", *lines, ""])

    texts = [table("support", RULE, rule) for rule in rules] + [table("precision", FORMAT, item) for item in formats]
    file = folder / "support.toml"
    file.write_text("\n".join(texts), encoding="utf-8")
    return load_support(file, {"sheet": SHEET})


def test_the_first_rule_that_fits_the_card_and_the_day_counts(tmp_path: Path) -> None:
    rules = make_rules(
        tmp_path,
        {"id": '"old"', "compute_below": '"7.5"', "until": '"2026-10-28"', "share": "0.4", "level": '"ending"'},
        {"id": '"gone"', "compute_below": '"7.5"', "since": '"2026-10-28"', "share": None, "level": '"none"'},
        {},
    )
    days = (date(2026, 10, 27), date(2026, 10, 28))

    old = [support_for(make_gpu(compute_capability="7.0"), "jax", rules, day).level for day in days]
    new = [support_for(make_gpu(compute_capability="12.0"), "jax", rules, day).level for day in days]

    assert old == [Level.ENDING, Level.NONE]
    assert new == [Level.LIMITED, Level.LIMITED]


def test_capabilities_are_compared_as_numbers(tmp_path: Path) -> None:
    rules = make_rules(tmp_path, {"id": '"new"', "compute_from": '"8.9"', "share": "0.9"}, {})

    assert support_for(make_gpu(compute_capability="10.0"), "jax", rules, TODAY).share == 0.9
    assert support_for(make_gpu(compute_capability="8.6"), "jax", rules, TODAY).share == 0.5
    assert support_for(make_gpu(compute_capability=None), "jax", rules, TODAY).share == 0.5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"level": '"maybe"'}, "level"),
        ({"level": '"none"'}, "share"),
        ({"share": None}, "share"),
        ({"share": "1.5"}, "share"),
        ({"frameworks": '["caffe"]'}, "frameworks"),
        ({"frameworks": None}, "frameworks"),
        ({"since": '"2026-10-28"', "until": '"2026-10-28"'}, "until"),
        ({"since": '"October"'}, "since"),
        ({"date": None}, "date"),
        ({"source": '"hearsay"'}, "source"),
        ({"see": '["hearsay"]'}, "see"),
        ({"compute_from": '"eight"'}, "compute_from"),
        ({"gfx_target": '"gfx1030"'}, "gfx_target"),
        ({"reason_vi": None}, "reason_vi"),
    ],
)
def test_a_wrong_rule_is_refused_by_file_rule_and_field(
    tmp_path: Path, fields: dict[str, str | None], field: str
) -> None:
    with pytest.raises(KnowledgeError) as caught:
        make_rules(tmp_path, fields)

    assert (caught.value.file, caught.value.entry, caught.value.field) == ("support.toml", "all", field)


def test_matrix_units_without_hardware_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="formats › matrix_units"):
        make_rules(tmp_path, {}, formats=({"hardware": "false", "matrix_units": "true"},))


@pytest.mark.parametrize("fields", [{"vendor": '"NVIDIA"'}, {"until": '"2030-01-01"'}])
def test_every_framework_must_end_with_a_rule_for_every_card_and_day(
    tmp_path: Path, fields: dict[str, str | None]
) -> None:
    with pytest.raises(KnowledgeError, match="pytorch: must end with a rule for every card"):
        make_rules(tmp_path, fields)


def test_a_rule_that_can_never_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="nothing after it counts"):
        make_rules(tmp_path, {}, {"id": '"late"', "vendor": '"AMD"'}, {"id": '"last"'})


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="all › id: stands twice"):
        make_rules(tmp_path, {"vendor": '"AMD"'}, {})
