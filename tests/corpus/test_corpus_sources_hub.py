"""Data sets of the library `datasets`: saved ones are read row by row, names without a network end in a sentence."""

import time

import datasets
import pytest

from foundling.corpus import gather
from foundling.corpus.sources import hub
from foundling.records import BadInput, Origin, Story

ROWS = {"text": ["Ida carried the blue jug.", "The old dog went with her."], "number": [1, 2],
        "raw": [b"\xff", b"\xfe"], "names": [["Ida"], ["Tom", "Ida"]]}


@pytest.fixture
def plain():
    return datasets.Dataset.from_dict(ROWS, info=datasets.DatasetInfo(license="cc0-1.0"))


def test_a_saved_data_set_is_read_row_by_row(tmp_path, plain):
    plain.save_to_disk(tmp_path / "jugs")
    found = list(gather([tmp_path / "jugs"], column="text"))
    assert [f.text for f in found] == ROWS["text"] and all(f.source.startswith("jugs") for f in found)
    assert {f.origin.licence for f in found} == {"cc0-1.0"} and {f.origin.kind for f in found} == {"jsonl"}
    given = Origin(licence="CC BY 4.0")
    assert {f.origin.licence for f in gather([tmp_path / "jugs"], column="text", given=given)} == {"CC BY 4.0"}
    assert list(gather([tmp_path / "jugs"])) == list(gather([tmp_path / "jugs"]))


def test_all_splits_of_a_saved_data_set_are_read_and_long_ones_in_parts(tmp_path, plain):
    many = datasets.Dataset.from_dict({"text": [f"Story number {i} of Ida and her jug." for i in range(1_200)]})
    few = plain.remove_columns(["raw", "number", "names"])
    datasets.DatasetDict({"train": few, "test": many}).save_to_disk(tmp_path / "d")
    found = list(gather([tmp_path / "d"]))
    assert all(isinstance(f, Story) for f in found) and len(found) == 1_202
    assert found[0].source.startswith("d:train") and found[-1].source.startswith("d:test")
    assert found[-1].text == "Story number 1199 of Ida and her jug."


def test_a_damaged_data_set_is_said(tmp_path, plain):
    plain.save_to_disk(tmp_path / "d")
    (tmp_path / "d" / "state.json").write_text("{")
    with pytest.raises(BadInput, match=r"d is no whole data set \(\w+\): save it again\.$"):
        list(gather([tmp_path / "d"]))


def test_a_name_without_a_network_ends_quickly_in_a_sentence(monkeypatch):
    began = time.monotonic()
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(BadInput, match=r"^The data set nobody/jugs with the split train is not on this machine"):
        list(gather(["hf:nobody/jugs:train"]))
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BadInput, match=r"^http://127.0.0.1:9 cannot be reached to ask for the data set nobody/jugs: "):
        list(gather(["hf:nobody/jugs"]))
    assert time.monotonic() - began < 5


def test_a_name_is_opened_by_the_library_and_streamed(monkeypatch, plain):
    asked = []

    def load(name, *, split, streaming):
        asked.append((name, split, streaming))
        return plain.to_iterable_dataset()
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "_ask", lambda name: None)
    monkeypatch.setattr(datasets, "load_dataset", load)
    found = list(gather(["hf:ida/jugs:train"], column="text"))
    assert asked == [("ida/jugs", "train", True)] and [f.text for f in found] == ROWS["text"]
    assert found[0].source.startswith("hf:ida/jugs:train")
