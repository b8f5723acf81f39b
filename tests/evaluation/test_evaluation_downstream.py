"""A person's table: hostile ones are one sentence, folds hide nothing, baselines stand beside, below is below."""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from foundling.cli import downstream as command
from foundling.cli.options import parser
from foundling.evaluation.downstream import fitting, judging, table
from foundling.evaluation.downstream.judging import Finding, evaluate_on, judge, sampled
from foundling.evaluation.downstream.reading import label_odds, mean_states
from foundling.evaluation.downstream.table import Labelled, read_table
from foundling.evaluation.subject import Subject
from foundling.home import Home, write_folder
from foundling.inference import Engine
from foundling.model import Decoder
from foundling.records import BadInput
from foundling.tokens import Tokenizer

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install foundling[measures]")
HEAD = "text,label\n"
ROWS = "".join(f"word{i} is {'good' if i % 2 else 'bad'},{'yes' if i % 2 else 'no'}\n" for i in range(20))


@pytest.fixture(scope="module")
def subject(model: Decoder, tokenizer: Tokenizer) -> Subject:
    return Subject(
        name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=Path(), digest=""
    )


def wrote(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_a_table_is_read_as_csv_tsv_and_json_lines(tmp_path: Path) -> None:
    csv = read_table(wrote(tmp_path, "\ufeff" + HEAD + ROWS), "label", [], 5)
    assert len(csv.texts) == 20 and csv.texts[1] == "word1 is good" and set(csv.labels) == {"yes", "no"}
    tsv = read_table(wrote(tmp_path, (HEAD + ROWS).replace(",", "\t"), "t.tsv"), "label", ["text"], 5)
    lines = "\n".join(json.dumps({"text": t, "label": a}) for t, a in zip(csv.texts, csv.labels, strict=True))
    assert tsv == csv == read_table(wrote(tmp_path, lines, "t.jsonl"), "label", [], 5)
    quoted = read_table(wrote(tmp_path, 'a,b,label\n"x, ""y""\nz",2,yes\nq,3,no\nw,4,yes\nv,5,no\n'), "label",
                        ["a", "b"], 2)
    assert quoted.texts[0] == 'x, "y"\nz\n2'


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path: Path) -> None:
    more = " \n,yes\nlone,\nnan row,NaN\nnull row,null\nword1 is good,no\n"
    found = read_table(wrote(tmp_path, HEAD + ROWS + more), "label", [], 5)
    assert len(found.texts) == 20
    assert found.left_out == ("4 rows without a label", "1 row without a text", "1 row whose text stood there before")
    rows = [{"text": f"t{i}", "label": i % 2} for i in range(8)]
    odd = [{"text": "a", "label": math.nan}, {"text": None, "label": 1}, {"label": 1}]
    lines = wrote(tmp_path, "\n".join(json.dumps(row) for row in rows + odd), "t.jsonl")
    assert read_table(lines, "label", [], 2).labels == ("0", "1") * 4


@pytest.mark.parametrize(("text", "label", "columns", "message"), [
    (HEAD + ROWS, "feeling", [], "no column 'feeling'"),
    (HEAD + ROWS, "label", ["body"], "no column 'body'"),
    (HEAD + ROWS, "label", ["label"], "hold its answer"),
    (HEAD, "label", [], "no row"),
    ("", "label", [], "no row"),
    ("label\nyes\nno\n", "label", [], "name the columns"),
    ("a,b,label\n1,2,yes\n3,4,no\n", "label", [], "name the columns"),
    (HEAD + "x,yes\ny,yes\n", "label", [], "at least two classes"),
    (HEAD + ROWS + "x,maybe\n", "label", [], "'maybe' has 1 row, fewer than the 5 folds"),
    (HEAD + ",yes\n,no\n", "label", [], "no row with both"),
    (HEAD + "x,nan\ny,\n", "label", [], "no row with both"),
    (HEAD + "".join(f"t{i},c{i}\n" for i in range(300)), "label", [], "300 different labels"),
    ("text,text,label\nx,y,z\n", "label", [], "twice"),
    (HEAD + "a,b,c\n", "label", [], "3 fields"),
    (HEAD + 'x,"yes\n', "label", [], "no row of a table"),
    (HEAD + "x," + "y" * 300 + "\n", "label", [], "longer than 200"),
    (HEAD.encode() + b"caf\xe9,yes\n", "label", [], "not UTF-8"),
    (HEAD.encode() + b"a\0b,yes\n", "label", [], "binary"),
])
def test_hostile_tables_are_one_sentence(
    tmp_path: Path, text: str | bytes, label: str, columns: list[str], message: str
) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_table(wrote(tmp_path, text), label, columns, 5)
    assert "\n" not in str(caught.value)


def test_too_many_rows_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 19)
    with pytest.raises(BadInput, match="more than 19 rows"):
        read_table(wrote(tmp_path, HEAD + ROWS), "label", [], 5)


def test_strange_files_are_one_sentence(tmp_path: Path) -> None:
    for name, text, message in (
        ("t.xlsx", "x", r"\.csv"), ("t.jsonl", "[1]", "no JSON object"), ("t.jsonl", "{", "no JSON"),
        ("t.jsonl", '{"text": "a", "label": ["x"]}', "one label"), ("t.jsonl", "[" * 100_000, "no JSON"),
    ):
        with pytest.raises(BadInput, match=message):
            read_table(wrote(tmp_path, text, name), "label", [], 2)
    for path in (tmp_path / "none.csv", tmp_path / "folder.csv"):
        (tmp_path / "folder.csv").mkdir(exist_ok=True)
        with pytest.raises(BadInput, match="no file"):
            read_table(path, "label", [], 2)
    large = tmp_path / "large.csv"
    with large.open("wb") as out:
        out.truncate(2 * 2**30)  # sparse: it takes no room and would take minutes to read
    with pytest.raises(BadInput, match="larger than 128 MB"):
        read_table(large, "label", [], 2)


def test_every_row_is_foretold_by_folds_that_did_not_have_it() -> None:
    labels = ["a"] * 12 + ["b"] * 8
    parts = fitting.split(labels, 4, 0)
    assert sorted(i for _, test in parts for i in test) == list(range(20))
    assert all(not set(train) & set(test) for train, test in parts)
    assert all(sum(labels[i] == "b" for i in test) == 2 for _, test in parts)
    # A feature that is the row's own number can be learnt by heart and tells nothing of other rows.
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(200, 5))
    truth = rng.choice(["a", "b"], 200).tolist()
    guessed = fitting.head(noise, truth, ["a", "b"], fitting.split(truth, 5, 0), 0).guesses
    assert 0.35 < np.mean([a == b for a, b in zip(truth, guessed, strict=True)]) < 0.65
    told = np.array([[float(label == "a"), 0.0] for label in truth])
    assert fitting.head(told, truth, ["a", "b"], fitting.split(truth, 5, 0), 0).guesses == tuple(truth)


def test_the_baselines_are_what_they_say() -> None:
    labels, texts = ["a"] * 12 + ["b"] * 8, [f"good {i}" for i in range(12)] + [f"bad {i}" for i in range(8)]
    parts = fitting.split(labels, 4, 0)
    most = fitting.majority(labels, ["a", "b"], parts)
    assert set(most.guesses) == {"a"} and most.odds.tolist() == [[0.6, 0.4]] * 20
    assert fitting.words(texts, labels, ["a", "b"], parts, 0).guesses == tuple(labels)
    signs = fitting.words(["!", "?"] * 10, ["a", "b"] * 10, ["a", "b"], fitting.split(["a", "b"] * 10, 4, 0), 0)
    assert signs.guesses == ("a", "b") * 10


def test_a_tie_at_the_top_is_no_guess_and_so_wrong() -> None:
    odds = np.array([[0.5, 0.5], [0.9, 0.1], [0.1, 0.9], [math.nan, 0.5]] * 6)
    told = fitting.told(odds, ["a", "b"])
    assert told.guesses == (None, "a", "b", None) * 6
    data = Labelled(texts=tuple(map(str, range(24))), labels=("a", "a", "b", "a") * 6, left_out=())
    most = fitting.majority(data.labels, ["a", "b"], fitting.split(data.labels, 3, 0))
    found = judge(data, ("a", "b"), told, (most,), ("likelihood", 3, 0))
    assert found.being.score("accuracy").value == 0.5 and found.gains[0].value == -0.25
    assert found.being.score("macro_f1").value == pytest.approx((2 * 6 / 24 + 1) / 2)
    even = ("a", "b") * 10
    guesses = fitting.majority(even, ["a", "b"], fitting.split(even, 5, 0)).guesses
    assert None not in guesses  # of as many of each it names one: it would be no baseline else


def data_of(count: int = 30) -> Labelled:
    return Labelled(texts=tuple(f"t{i}" for i in range(count)), labels=("a", "b", "a") * (count // 3), left_out=())


def guessing(name: str, guesses: list[str]) -> fitting.Foretold:
    odds = np.array([[float(guess == one) for one in ("a", "b")] for guess in guesses])
    return fitting.Foretold(name=name, guesses=tuple(guesses), odds=odds)


def test_below_above_and_undecided_are_said_in_these_words() -> None:
    data = data_of(60)
    right, wrong = list(data.labels), ["b" if label == "a" else "a" for label in data.labels]
    how: Any = ("head", 5, 0)
    most, words = guessing("the majority class", ["a"] * 60), guessing("a bag of words", right)
    below = judge(data, ("a", "b"), guessing("the being's head", wrong), (most, words), how)
    assert all("is below its baseline: a bag of words has 1.000" in s for s in below.sentences)
    assert below.gains[0].value == -1.0 and below.against == ("a bag of words",) * 2
    assert below.gains[0].low == below.gains[0].high == -1.0 and "beyond chance" in below.sentences[0]
    above = judge(data, ("a", "b"), guessing("the being's head", right), (most, guessing("a bag of words", wrong)), how)
    assert above.sentences[0].startswith("Accuracy 1.000 [") and "is above its baseline: the maj" in above.sentences[0]
    assert above.sentences[1].startswith("Macro-F1 1.000") and above.gains[0].value == pytest.approx(1 / 3)
    same = judge(data, ("a", "b"), guessing("the being's head", right), (most, words), how)
    assert "is not above its baseline beyond chance" in same.sentences[0]
    assert same.being.score("accuracy").value == 1.0 and same.being.score("brier").value == 0.0


def test_too_many_rows_are_drawn_class_by_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_ROWS", 30)
    labels = ("a",) * 290 + ("b",) * 10
    some = sampled(Labelled(texts=tuple(map(str, range(300))), labels=labels, left_out=("x",)), 5, 0)
    assert some.labels.count("a") == 29 and some.labels.count("b") == 5 and some.left_out[0] == "x"
    assert "34 of 300 rows were drawn" in some.left_out[1]


def test_states_are_means_of_hidden_states_without_the_padding(subject: Subject) -> None:
    texts = ["One morning Ada", "Ada", "One morning Ada fed the brown hens by the mill. " * 20, "\ud800"]
    found = dict(mean_states(subject, texts))
    with torch.inference_mode():
        ids = [0, *subject.tokenizer.encode(texts[0])]
        alone = subject.model.hidden(torch.tensor([ids]))[0, 1:].mean(0)
    assert sorted(found) == [0, 1, 2, 3] and found[0] == pytest.approx(alone.tolist(), abs=1e-5)


def test_likelihood_chooses_the_label_that_the_text_makes_likelier(subject: Subject) -> None:
    class Says(Engine):
        def log_probabilities(self, prefix: Any, continuations: Any) -> list[float]:
            heard = subject.tokenizer.decode(list(prefix))
            return [(-2.0 if "hens" in heard else -9.0), (-3.0 if "hens" in heard else -4.0)]

    made = Subject(name="W", model=subject.model, tokenizer=subject.tokenizer, engine=Says(subject.model),
                   folder=Path(), digest="")
    rows = list(label_odds(made, ["the hens", "the mill"], ["x", "y"]))
    assert rows[0][0] == pytest.approx(1 / (1 + math.exp(1 - 7))) and rows[1].tolist() == [0.5, 0.5]
    with pytest.raises(BadInput, match="--method head"):
        list(label_odds(subject, ["a"], ["x", "y " * 120]))


def last(events: Iterator[Any]) -> Finding:
    *before, found = events
    assert before and all(event.station == "evaluate-on" for event in before)
    assert isinstance(found, Finding)
    return found


@pytest.mark.parametrize("method", ["head", "likelihood"])
def test_a_being_is_held_against_both_baselines(subject: Subject, method: judging.Method) -> None:
    places = ("by the mill", "on the bridge")
    texts = tuple(f"One morning Ada fed the brown hens {places[i % 2]}. Day {i}." for i in range(40))
    data = Labelled(texts=texts, labels=tuple(places[i % 2] for i in range(40)), left_out=())
    found = last(evaluate_on(subject, data, method=method, folds=4, seed=0))
    assert [way.name for way in found.baselines] == ["the majority class", "a bag of words"]
    assert found.baselines[1].score("accuracy").value == 1.0 and found.baselines[0].score("accuracy").value == 0.5
    assert found.rows == 40 and found.folds == 4 and len(found.sentences) == 2
    again = last(evaluate_on(subject, data, method=method, folds=4, seed=0))
    assert again == found
    if method == "head":
        assert found.being.score("accuracy").value > 0.9


def parsed(*words: str) -> argparse.Namespace:
    return parser().parse_args(["evaluate-on", *words])


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory, generation: Path) -> Home:
    home = Home.create(tmp_path_factory.mktemp("downstream") / "wren", "Wren", "2026-01-01", {})
    write_folder(home.generation(1), {path.name: path.read_bytes() for path in generation.iterdir()})
    return home


def test_the_command_prints_words_or_one_json_object(
    raised: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = wrote(tmp_path, HEAD + ROWS)
    assert command.evaluate_on(parsed(str(path), "--label", "label", "--home", str(raised.path), "--folds", "3")) == 0
    words = capsys.readouterr().out
    assert "20 rows, 2 classes, 3 folds" in words and "a bag of words" in words and "its baseline" in words
    command.evaluate_on(parsed(str(path), "--label", "label", "--home", str(raised.path), "--json"))
    facts = json.loads(capsys.readouterr().out)
    assert facts["generation"] == 1 and facts["rows"] == 20 and len(facts["sentences"]) == 2 and facts["folds"] == 5
    with pytest.raises(BadInput, match="no column"):
        command.evaluate_on(parsed(str(path), "--label", "x", "--home", str(raised.path)))
    with pytest.raises(BadInput, match="no generation 7"):
        command.evaluate_on(parsed(str(path), "--label", "label", "--home", str(raised.path), "--generation", "7"))


def test_without_scikit_learn_it_is_one_sentence(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"foundling\[measures\]"):
        next(evaluate_on(subject, data_of(), method="head", folds=3, seed=0))


def test_what_is_read_of_a_table_is_bounded() -> None:
    assert table.LARGEST <= 2**29 and judging.MOST_ROWS <= 10_000
