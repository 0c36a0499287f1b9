import csv
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.library import Library
from knowledge.loading import data_folder, read_text
from knowledge.measurements import MEDIANS, ROWS, Throughput, load_throughputs
from tests.makers_prediction import make_throughput

ROW = "rtx-3090,resnet50,training,amp,64,100,images/s,PyTorch,sheet,a log,MIT,2020,a note"
MEDIAN = "rtx-3090,resnet50,training,amp,100,images/s,5,PyTorch,sheet,2020,"
PERMISSIVE = ("BSD", "MIT", "Apache")


def load(folder: Path, *rows: str, medians: tuple[str, ...] = ()) -> tuple[Throughput, ...]:
    heads = {
        ROWS: "card,network,mode,precision,batch,value,unit,software,source,place,licence,date,note",
        MEDIANS: "card,network,mode,precision,value,unit,rows,software,source,date,note",
    }
    for name, lines in ((ROWS, rows), (MEDIANS, medians)):
        (folder / name).write_text("\n".join((heads[name], *lines)) + "\n", encoding="utf-8")
    return load_throughputs(folder, {"rtx-3090"}, {"sheet"})


def test_a_row_is_one_and_a_median_stands_for_as_many_as_it_says(tmp_path: Path) -> None:
    assert load(tmp_path, ROW, medians=(MEDIAN,)) == (
        make_throughput(note="a note"),
        make_throughput(batch=None, rows=5),
    )


def test_milliseconds_a_batch_become_sequences_a_second(tmp_path: Path) -> None:
    (row,) = load(tmp_path, ROW.replace(",64,100,images/s", ",8,40,ms"))

    assert (row.value, row.unit, row.batch) == (200, "sequences/s", 8)


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("rtx-3090", "rtx-9999", "throughput.csv › line 3 › card: 'rtx-9999' is no slug of the catalogue"),
        ("sheet", "hearsay", "throughput.csv › line 3 › source: 'hearsay' is defined in no file of knowledge/sources"),
        (",100,", ",fast,", "throughput.csv › line 3 › value: has no usable number"),
        (",100,", ",,", "throughput.csv › line 3 › value: is missing"),
        ("images/s", "", "throughput.csv › line 3 › unit: is missing"),
        (",100,", ",0,", "throughput.csv › line 3 › value: must be above 0"),
        (",100,", ",-5,", "throughput.csv › line 3 › value: must be above 0"),
        (",100,", ",nan,", "throughput.csv › line 3 › value: must be above 0"),
        (",100,", ",inf,", "throughput.csv › line 3 › value: must be above 0"),
        (",64,", ",6.4,", "throughput.csv › line 3 › value: has no usable number"),
        ("training", "traning", "throughput.csv › line 3 › mode: must be one of training, inference, decode"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_place(tmp_path: Path, written: str, instead: str, told: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        load(tmp_path, ROW, ROW.replace(written, instead))

    assert told in str(refused.value)


def test_a_row_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"throughput\.csv › line 2 › precision: is missing"):
        load(tmp_path, "rtx-3090,resnet50,training")


def test_a_median_that_cannot_be_is_refused_by_its_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"throughput_medians\.csv › line 2 › value: has no usable number"):
        load(tmp_path, medians=(MEDIAN.replace(",5,", ",many,"),))


def shipped(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(read_text(data_folder() / "measurements" / name).splitlines()))


def test_whole_rows_that_ship_come_from_sources_whose_licence_permits_it() -> None:
    licences = {row["licence"] for row in shipped(ROWS)}

    assert {licence for licence in licences if not licence.startswith(PERMISSIVE)} == set()
    assert licences


def test_no_row_that_its_source_makes_suspect_ships() -> None:
    notes = [row["note"] or "" for name in (ROWS, MEDIANS) for row in shipped(name)]

    assert [note for note in notes if note.lower().startswith("suspect")] == []


def test_the_measurements_that_ship_load(library: Library) -> None:
    found = load_throughputs(data_folder() / "measurements", library.catalogue.by_slug, library.sources)

    assert {item.mode for item in found} == {"training", "inference", "decode"}
    assert (
        make_throughput(
            network="resnet50",
            precision="fp32",
            batch=112,
            value=554.0,
            software="TensorFlow (tf_cnn_benchmarks, synthetic) TF 1.15.4 XLA CUDA 11.1.74",
            source="lambda-tensorflow-benchmark",
        )
        in found
    )
