"""Readers of public data sets on small copies of their layouts, and what they say of sets that are not whole."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.errors import LookalikeError
from lookalike.evaluation.answering import region_of_box
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.registry import ALIASES, DATASETS, open_dataset
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.search.query import crop
from tests.builders.benchmark_sets import (
    WRITERS,
    mat_bytes,
    write_concepts,
    write_copydays,
    write_disc21,
    write_gldv2,
    write_holidays,
    write_ilias,
    write_instre,
    write_product1m,
    write_revisitop1m,
    write_roxford,
    write_ukbench,
)
from tests.core.evaluation.rankings import gallery_of


def names(dataset: Dataset, paths: frozenset[Path]) -> set[str]:
    return {path.relative_to(dataset.root).as_posix() for path in paths}


def queries(dataset: Dataset) -> dict[str, GroundTruthQuery]:
    found = {query.name: query for query in dataset.queries()}
    assert len(found) == dataset.count(), "names are unique"
    assert list(found) == [query.name for query in dataset.queries()], "the same each time"
    return found


@pytest.mark.parametrize("name", WRITERS)
def test_every_reader_keeps_to_the_protocol(name: str, tmp_path: Path) -> None:
    dataset = open_dataset(name, WRITERS[name](tmp_path))
    assert dataset.name == name
    gallery = set(gallery_of(dataset))
    outside = set(dataset.outside())
    assert gallery and not gallery & outside
    for query in queries(dataset).values():
        assert query.group and query.kind
        assert query.positives <= gallery
        assert query.junk <= gallery and not query.junk & query.positives
        assert set(query.labels) <= query.positives
        if query.image is not None:
            assert query.image.is_file()
            assert not query.words


def test_aliases_lead_somewhere() -> None:
    assert set(ALIASES.values()) <= set(DATASETS)
    with pytest.raises(LookalikeError, match="no data set oxford"):
        open_dataset("oxford", Path())


class TestRevisited:
    def test_ground_truth(self, tmp_path: Path) -> None:
        dataset = open_dataset("ROxford5k", write_roxford(tmp_path))
        found = queries(dataset)
        query = found["building1_000001"]
        assert names(dataset, query.positives) == {"jpg/building1_easy.jpg", "jpg/building1_hard.jpg"}
        assert names(dataset, query.junk) == {"jpg/building1_junk.jpg"}
        assert {path.stem: label["level"] for path, label in query.labels.items()} == {
            "building1_easy": "easy",
            "building1_hard": "hard",
        }
        assert query.box == (4, 3, 36, 27)
        assert [one.group for one in found.values()] == ["building0_000000"] * 2 + ["building1_000000"] * 2
        assert len(gallery_of(dataset)) == 7
        assert len(list(dataset.outside())) == 4

    def test_the_folder_above_and_the_distractors(self, tmp_path: Path) -> None:
        write_roxford(tmp_path, official="rparis6k")
        assert len(open_dataset("rparis", tmp_path).folders) == 1
        with pytest.raises(LookalikeError, match="revisitop1m is missing"):
            open_dataset("rparis-1m", tmp_path)
        write_revisitop1m(tmp_path)
        dataset = open_dataset("rparis-1m", tmp_path / "rparis6k")
        assert len(gallery_of(dataset)) == 7 + 3
        (tmp_path / "revisitop1m" / "jpg" / "0001" / "1.jpg").unlink()
        with pytest.raises(LookalikeError, match=r"0001/1\.jpg is missing, of 3 photos"):
            open_dataset("rparis-1m", tmp_path)

    def test_numbers_of_photos_that_there_are_not(self, tmp_path: Path) -> None:
        root = write_roxford(tmp_path)
        file = root / "gnd_roxford5k.pkl"
        truth = pickle.loads(file.read_bytes())
        truth["gnd"][0]["easy"] = np.array([7])
        file.write_bytes(pickle.dumps(truth))
        with pytest.raises(LookalikeError, match="easy names photo 7 of 7"):
            open_dataset("roxford", root)


class TestInstre:
    def test_ground_truth(self, tmp_path: Path) -> None:
        dataset = open_dataset("instre", write_instre(tmp_path))
        found = queries(dataset)
        book = found["INSTRE-S1/01a_book/100.jpg"]
        assert names(dataset, book.positives) == {
            "INSTRE-S1/01a_book/000.jpg",
            "INSTRE-S1/01a_book/001.jpg",
            "INSTRE-M/01_book_tower/000.jpg",
        }
        assert (book.group, book.attributes["subset"], book.box) == (
            "INSTRE-S1/01a_book",
            "S1",
            (4, 3, 36, 27),
        )
        assert {path.name for path in dataset.outside()} == {"100.jpg"}
        assert len(gallery_of(dataset)) == 5

    def test_boxes_given_by_size(self, tmp_path: Path) -> None:
        def sized(content: Any) -> bytes:
            for one in content["gnd"]:
                left, top, right, bottom = one["bbx"]
                one["bbx"] = [left, top, right - left, bottom - top]
            return mat_bytes(content)

        dataset = open_dataset("instre", write_instre(tmp_path, mat=sized))
        assert {query.box for query in dataset.queries()} == {(4, 3, 36, 27)}


class TestIlias:
    def test_photos_and_words(self, tmp_path: Path) -> None:
        dataset = open_dataset("ilias", write_ilias(tmp_path))
        found = queries(dataset)
        photo, words = found["bold_bimp_000/query/Q000_00.jpg"], found["bold_bimp_000/query/T000.txt"]
        assert (photo.words, words.words, words.image) == ("", "a thing of number 0", None)
        assert photo.positives == words.positives
        assert names(dataset, photo.positives) == {f"bold_bimp_000/pos/P000_{n:02}.jpg" for n in range(3)}
        assert photo.attributes == {
            "modality": "image",
            "category": "product",
            "subcategory": "product-toy",
        }
        assert photo.kind == "product"
        assert photo.labels[dataset.root / "bold_bimp_000/pos/P000_01.jpg"] == {"scale": 0.1, "clutter": 20}
        assert len(gallery_of(dataset)) == 6

    def test_without_lists_the_folders_are_read(self, tmp_path: Path) -> None:
        listed = open_dataset("ilias", write_ilias(tmp_path / "a"))
        found = open_dataset("ilias", write_ilias(tmp_path / "b", lists=False))
        assert list(queries(found)) == list(queries(listed))
        assert open_dataset("ilias", tmp_path / "b" / "ilias_core").root == found.root

    def test_distractors(self, tmp_path: Path) -> None:
        root = write_ilias(tmp_path, distractors=4)
        assert len(gallery_of(open_dataset("ilias-5m", root))) == 6 + 4
        assert len(gallery_of(open_dataset("ilias", root))) == 6
        with pytest.raises(LookalikeError, match="yfcc100m is missing"):
            open_dataset("ilias-yfcc100m", root)
        (root / "mini_ilias_yfcc100m" / "002" / f"{2:012}.jpg").unlink()
        with pytest.raises(LookalikeError, match=r"1 of the 4 photos of .* is missing"):
            open_dataset("ilias-5m", root)

    def test_archives_are_to_be_unpacked(self, tmp_path: Path) -> None:
        root = write_ilias(tmp_path)
        (root / "yfcc100m").mkdir()
        (root / "yfcc100m" / "yfcc100m_00000.tar").touch()
        with pytest.raises(LookalikeError, match="has 1 archives and no photos"):
            open_dataset("ilias-yfcc100m", root)


class TestLandmarks:
    def test_ground_truth(self, tmp_path: Path) -> None:
        dataset = open_dataset("gldv2", write_gldv2(tmp_path))
        found = list(queries(dataset).values())
        assert [query.attributes["usage"] for query in found] == ["Public", "Private"]
        assert [query.group for query in found] == ["100", "101"]
        assert all(len(query.positives) == 2 for query in found)
        assert list(dataset.outside()) == []

    def test_what_is_listed_and_not_there(self, tmp_path: Path) -> None:
        root = write_gldv2(tmp_path)
        with (root / "index.csv").open("a") as file:
            file.write("abcdef0123456789\n")
        with pytest.raises(LookalikeError, match=r"a/b/c/abcdef0123456789\.jpg is missing, of 5 photos"):
            open_dataset("gldv2", root)


class TestProduct1M:
    def test_ground_truth(self, tmp_path: Path) -> None:
        dataset = open_dataset("product1m", write_product1m(tmp_path))
        found = queries(dataset)
        assert names(dataset, found["91"].positives) == {f"gallery/{n}.jpg" for n in (12, 13, 14, 15)}
        assert found["91"].group == "cream#;#oil"
        assert found["91"].attributes["labels"] == "cream#;#cream#;#oil"
        assert names(dataset, found["92"].positives) == {"gallery/10.jpg", "gallery/11.jpg"}

    def test_all_photos_in_one_folder(self, tmp_path: Path) -> None:
        root = write_product1m(tmp_path)
        for part in ("gallery", "test"):
            for path in (root / part).iterdir():
                (root / "images").mkdir(exist_ok=True)
                shutil.move(path, root / "images" / path.name)
            (root / part).rmdir()
        dataset = open_dataset("product1m", root)
        assert {path.stem for path in dataset.outside()} == {"90", "91", "92"}
        assert len(gallery_of(dataset)) == 6


class TestOthers:
    def test_holidays(self, tmp_path: Path) -> None:
        dataset = open_dataset("holidays", write_holidays(tmp_path))
        found = queries(dataset)
        assert list(found) == ["100000", "100100", "100200"]
        assert names(dataset, found["100100"].positives) == {"jpg1/100101.jpg", "jpg1/100102.jpg"}

    def test_ukbench(self, tmp_path: Path) -> None:
        dataset = open_dataset("ukbench", write_ukbench(tmp_path))
        found = queries(dataset)
        assert names(dataset, found["ukbench00006"].positives) == {
            f"full/ukbench0000{n}.jpg" for n in (4, 5, 6, 7)
        }

    def test_copydays(self, tmp_path: Path) -> None:
        dataset = open_dataset("copydays", write_copydays(tmp_path))
        found = queries(dataset)
        assert names(dataset, found["strong/200002.jpg"].positives) == {"original/200000.jpg"}
        assert found["crops/20/200100.jpg"].attributes == {"block": "crops/20"}
        assert found["crops/20/200100.jpg"].kind == "crops"

    def test_disc21(self, tmp_path: Path) -> None:
        dataset = open_dataset("disc21", write_disc21(tmp_path))
        found = queries(dataset)
        assert names(dataset, found["Q50001"].positives) == {"references/R000001.jpg"}
        assert (found["Q50900"].positives, found["Q50900"].kind) == (frozenset(), "no copy")

    def test_disc21_without_a_header_and_with_several_references(self, tmp_path: Path) -> None:
        root = write_disc21(tmp_path)
        (root / "final_ground_truth.csv").write_text("Q50000,R000000\nQ50000,R000001\nQ50900,\n")
        found = queries(open_dataset("disc21", root))
        assert len(found["Q50000"].positives) == 2
        assert len(found) == 2

    def test_concepts(self, tmp_path: Path) -> None:
        dataset = open_dataset("dreambooth", write_concepts(tmp_path))
        found = queries(dataset)
        assert names(dataset, found["thing0/01.jpg"].positives) == {
            "dataset/thing0/00.jpg",
            "dataset/thing0/02.jpg",
        }
        assert {query.kind for query in found.values()} == {"toy", "dog"}
        inside = open_dataset("customconcept101", tmp_path / "dataset")
        assert inside.count() == 6


class TestOwn:
    def test_attributes_regions_words_and_levels(self, tmp_path: Path) -> None:
        (tmp_path / "images").mkdir()
        content = [
            {
                "image": "images/a.jpg",
                "group": "a",
                "kind": "object",
                "positives": [{"image": "images/b.jpg", "scale": 0.2, "level": "hard"}, "images/c.jpg"],
                "junk": [],
                "region": [0.1, 0.2, 0.5, 1],
                "primary": True,
                "light": "dusk",
            },
            {
                "words": "a red book",
                "group": "a",
                "kind": "object",
                "positives": ["images/b.jpg"],
                "junk": [],
            },
        ]
        (tmp_path / "ground_truth.json").write_text(json.dumps({"queries": [*content, content[0]]}))
        dataset = open_dataset("own", tmp_path)
        found = queries(dataset)
        assert list(found) == ["images/a.jpg", "a red book", "images/a.jpg (2)"]
        photo = found["images/a.jpg"]
        assert photo.region == (0.1, 0.2, 0.5, 1)
        assert photo.attributes == {"primary": True, "light": "dusk"}
        assert photo.labels == {dataset.root / "images/b.jpg": {"scale": 0.2, "level": "hard"}}
        assert found["a red book"].image is None

    def test_a_region_that_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "images").mkdir()
        (tmp_path / "ground_truth.json").write_text(
            '{"queries": [{"image": "a", "group": "a", "kind": "o", "positives": [], "junk": [], '
            '"region": [0, 0, 2, 1]}]}'
        )
        with pytest.raises(LookalikeError, match="is not a ground-truth file"):
            open_dataset("own", tmp_path)


Damage = Callable[[Path], object]


def removing(name: str) -> Damage:
    def damage(root: Path) -> None:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def writing(name: str, content: str) -> Damage:
    return lambda root: (root / name).write_text(content, encoding="utf-8")


FAULTS: list[tuple[str, Damage, str]] = [
    ("roxford", removing("jpg"), "jpg is missing"),
    ("roxford", removing("gnd_roxford5k.pkl"), "gnd_roxford5k.pkl is missing"),
    ("roxford", removing("jpg/building1_hard.jpg"), "building1_hard.jpg is missing, of 11 photos"),
    ("roxford", writing("gnd_roxford5k.pkl", "(dp0"), "gnd_roxford5k.pkl is broken"),
    ("instre", removing("gnd_instre.mat"), "gnd_instre.mat is missing"),
    ("instre", removing("INSTRE-M"), "INSTRE-M is missing"),
    ("instre", removing("INSTRE-S2/02b_tower"), "is missing, and 2 more of 7 photos are"),
    ("instre", writing("gnd_instre.mat", "x"), "gnd_instre.mat is broken: it is no MAT-file"),
    ("ilias", removing("ilias_core"), "ilias_core is missing"),
    ("ilias", removing("image_ids/positive_ids.txt"), "positive_ids.txt is missing"),
    ("ilias", removing("ilias_core/bold_bimp_000/pos"), "is missing, and 2 more of 6 photos are"),
    (
        "ilias",
        writing("image_ids/positive_ids.txt", "a/pos/b.jpg\n"),
        "Line 1 of .* lacks object scale and clutter",
    ),
    ("ilias", writing("image_ids/image_query_ids.txt", "\n../x\n"), "Line 2 of .* is no name of ILIAS"),
    ("ilias", writing("taxonomy.json", "[]"), "taxonomy.json is broken"),
    ("gldv2", removing("index"), "index is missing"),
    ("gldv2", removing("retrieval_solution_v2.1.csv"), "retrieval_solution_v2.1.csv is missing"),
    ("gldv2", writing("retrieval_solution_v2.1.csv", "id,images\n"), "it has no column Usage"),
    (
        "gldv2",
        writing("retrieval_solution_v2.1.csv", "id,images,Usage\na,b\n"),
        "Line 2 of .* has 2 fields in place of 3",
    ),
    (
        "gldv2",
        writing("retrieval_solution_v2.1.csv", "id,images,Usage\nabc,def,Odd\n"),
        "it has no usage 'Odd'",
    ),
    ("gldv2", writing("retrieval_solution_v2.1.csv", "id,images,Usage\nab,def,Public\n"), "'ab' is no photo"),
    ("product1m", removing("product1m_test_ossurl_v2.txt"), "product1m_test_ossurl_v2.txt is missing"),
    ("product1m", removing("gallery"), "gallery is missing, with 6 photos"),
    ("product1m", removing("gallery/12.jpg"), "12.jpg is missing, of 6 photos"),
    (
        "product1m",
        writing("product1m_test_ossurl_v2.txt", "1#####2\n"),
        "Line 1 of .* has 2 fields in place of 5",
    ),
    ("holidays", removing("jpg1/100101.jpg"), "100101.jpg is missing, of 9 photos"),
    ("ukbench", removing("full/ukbench00005.jpg"), "ukbench00005.jpg is missing"),
    ("ukbench", removing("full/ukbench00007.jpg"), "ukbench00007.jpg is missing"),
    ("ukbench", removing("full"), "ukbench00000.jpg is missing"),
    ("copydays", removing("original"), "original is missing"),
    ("copydays", removing("original/200100.jpg"), "The original of .* is missing"),
    ("disc21", removing("references"), "references is missing"),
    ("disc21", removing("final_ground_truth.csv"), "final_ground_truth.csv is missing"),
    ("disc21", removing("references/R000002.jpg"), "R000002.jpg is missing, of 3 photos"),
    (
        "disc21",
        writing("final_ground_truth.csv", "query_id,reference_id\nQ1,R1,0.5\n"),
        "Line 2 of .* has 3 fields",
    ),
    ("dreambooth", removing("dataset"), "is missing"),
]


@pytest.mark.parametrize(("name", "damage", "told"), FAULTS, ids=[f"{one[0]}: {one[2]}" for one in FAULTS])
def test_what_is_missing_is_named_in_one_line(name: str, damage: Damage, told: str, tmp_path: Path) -> None:
    root = WRITERS[name](tmp_path)
    damage(root)
    with pytest.raises(LookalikeError, match=told) as caught:
        open_dataset(name, root)
    assert len(str(caught.value).splitlines()) == 1
    assert "http" in str(caught.value) or "ftp" in str(caught.value), "it says where to get it"


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "own"])
def test_folders_that_are_something_else(name: str, tmp_path: Path) -> None:
    with pytest.raises(LookalikeError, match="missing"):
        open_dataset(name, tmp_path)
    with pytest.raises(LookalikeError, match="is not a folder"):
        open_dataset(name, tmp_path / "none")


def test_a_holidays_scene_with_a_gap(tmp_path: Path) -> None:
    root = write_holidays(tmp_path, listed=False)
    (root / "jpg1" / "100101.jpg").unlink()
    with pytest.raises(LookalikeError, match=r"100101\.jpg is missing"):
        open_dataset("holidays", root)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_of_the_stored_photo_and_cut_to_the_pixel(orientation: int, tmp_path: Path) -> None:
    """A box drawn into the stored pixels is cut out whole and alone, however the photo is turned."""
    stored = Image.new("RGB", (37, 23), "white")
    stored.paste("black", (5, 7, 18, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.png"
    stored.save(path, exif=exif)
    region, share = region_of_box(path, (5, 7, 18, 20))
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened)
    cut = crop(upright, region)
    assert cut.size == (13, 13)
    assert cut.getextrema() == ((0, 0), (0, 0), (0, 0))
    assert share == pytest.approx(13 * 13 / (37 * 23))


def test_boxes_beside_the_photo(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (30, 20)).save(path)
    assert region_of_box(path, (-5, -5, 100, 100))[1] == 1
    for box in ((30, 0, 40, 10), (5, 5, 5, 9), (9, 5, 4, 9)):
        with pytest.raises(LookalikeError, match="lies outside it"):
            region_of_box(path, box)
    path.write_bytes(struct.pack("<I", 7))
    with pytest.raises(LookalikeError, match="cannot be read"):
        region_of_box(path, (0, 0, 1, 1))
