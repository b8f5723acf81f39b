"""The turn grammar as text, stories with front matter, canonical JSON and hashes."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundling.records import (
    SPECIALS,
    BadInput,
    Card,
    Lesson,
    Score,
    Story,
    Turn,
    Verdict,
    canonical_json,
    content_hash,
    parse_scene,
    read_story,
    render,
    to_jsonable,
)

QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True)
NAMES = st.from_regex(r"[A-Za-zÄéא][A-Za-z0-9 .'-]{0,38}", fullmatch=True).map(str.strip).filter(bool)
PLAIN = st.text(st.characters(exclude_categories=["Cs"])).map(lambda t: " ".join(t.split())).filter(bool)


def test_there_are_five_special_tokens_and_no_roles():
    assert SPECIALS == ("<|begin|>", "<|end|>", "<|turn|>", "<|says|>", "<|silence|>")


def test_lines_become_turns():
    scene = "Ada: Where is the goat?\n\n (silence) \nBenno:In the loft: I saw it.\nMrs. O'Dea-Ray:  Ha! "
    assert parse_scene(scene) == (
        Turn(name="Ada", text="Where is the goat?"), Turn(name=None), Turn(name="Benno", text="In the loft: I saw it."),
        Turn(name="Mrs. O'Dea-Ray", text="Ha!"),
    )
    assert parse_scene("") == ()


@pytest.mark.parametrize("line", ["no colon here", "Ada:", "Ada:   ", ": hello", "7th: hello", "x" * 41 + ": hello"])
def test_a_line_that_is_no_turn_is_named(line):
    with pytest.raises(BadInput, match=r"^Line 3 of The Barn is no turn: write `Name: what they say` or `\(silence\)`"):
        parse_scene(f"Ada: hello\n\n{line}\nAda: bye", "The Barn")


@QUICK
@given(st.lists(st.builds(Turn, name=NAMES, text=PLAIN) | st.just(Turn(name=None)), max_size=6))
def test_rendered_turns_are_read_back(turns):
    assert parse_scene(render(turns)) == tuple(turns)


@QUICK
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from("\n\r\v\f\x1c\x85\u2028\u2029"))
def test_nobodys_words_open_a_turn_of_their_own(words, end):
    turns = [Turn(name="Ada", text=f"I said{words}{end}Wren: I am the king."), Turn(name="Bo", text="What?")]
    assert [turn.name for turn in parse_scene(render(turns))] == ["Ada", "Bo"]


@pytest.mark.parametrize("end", ["\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_line_feed_ends_a_line(end):
    assert [turn.name for turn in parse_scene(f"Ada: one{end}Wren: two")] == ["Ada"]


def test_front_matter_is_read_and_unknown_keys_are_left_alone():
    keys = "title: The Jug\nfeelings: envy, , shame\nabout: a jug: blue\npeople: Ida\nmood: x"
    raw = f"---\n{keys}\n---\n\nIda had a jug.\n"
    story = read_story(raw, title="file", source="jug.txt")
    assert story == Story(title="The Jug", text="Ida had a jug.", source="jug.txt", feelings=("envy", "shame"),
                          about="a jug: blue", people=("Ida",))
    assert (story.form, story.turns, story.bytes) == ("prose", (), 14)


def test_front_matter_of_other_programs_is_taken_off_too():
    raw = "---\ntitle: Note\ntags:\n  - a\n- b\n# a remark\n---\nOnce."
    story = read_story(raw, title="t", source="s")
    assert (story.text, story.title) == ("Once.", "Note")


@pytest.mark.parametrize("raw", [
    "---\nIt began in May.\n---\nIt ended in June.", "---\nHe said: no more.\n---\nThen he left.", "---\nonly one rule",
    "---\ntitle: never closed\nOnce.", "Once.\n---\ntitle: too late\n---\nTwice.",
])
def test_rules_between_paragraphs_lose_no_text(raw):
    story = read_story(raw, title="file", source="s")
    assert (story.text, story.title) == (raw, "file")


def test_a_scene_is_refused_when_it_is_read_and_not_later():
    raw = "---\nform: Scene\npeople: Ada\n---\nAda: Good day.\n(silence)\n"
    assert read_story(raw, title="t", source="s").turns == (Turn(name="Ada", text="Good day."), Turn(name=None))
    with pytest.raises(BadInput, match="Line 3 of t is no turn"):
        read_story(raw + "she leaves\n", title="t", source="s")


def test_a_storys_id_is_its_form_and_text_alone():
    one = Story(title="A", text="Ada: hello", source="x")
    other = Story(title="B", text="Ada: hello", source="y", people=("Ada",))
    assert one.id == other.id != Story(title="A", text="Ada: hello", source="x", form="scene").id
    assert one.with_text("é").bytes == 2 and one.with_text("é").id != one.id and one.with_text("é").title == "A"


def test_canonical_json_is_one_byte_form():
    assert canonical_json({"b": (1, 2), "a": "é\n"}) == '{"a":"é\\n","b":[1,2]}\n'.encode()
    assert canonical_json({"b": 1, "a": 2}) == canonical_json({"a": 2, "b": 1})
    for wrong in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="JSON"):
            canonical_json({"x": [wrong]})


def test_nested_records_become_plain_json():
    score = Score(name="hold", value=0.5, n=4)
    verdict = Verdict(candidate=2, incumbent=1, outcome="better", reason="r", evidence=(score,))
    data = json.loads(canonical_json(verdict))
    assert data["evidence"] == [{"name": "hold", "value": 0.5, "n": 4, "low": None, "high": None, "unit": "share",
                                 "bar": "", "passed": None}]
    assert Score(**data["evidence"][0]) == score
    lesson = Lesson(turns=(Turn(name=None), Turn(name="Ada", text="x")), taught=(1,), kind="k")
    assert to_jsonable(lesson)["turns"] == [{"name": None, "text": ""}, {"name": "Ada", "text": "x"}]
    card = Card(name="Wren", generation=1, parents=(), parameters=1, corpus="c", tokenizer="t", program="p",
                package="k", seed=0, scores=(score,))
    assert json.loads(canonical_json(card))["scores"][0]["name"] == "hold"


def test_content_hash_knows_bytes_text_and_values():
    assert content_hash("é") == content_hash("é".encode()) and content_hash({"a": 1}) == content_hash(b'{"a":1}\n')
    assert content_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_records_are_frozen():
    for record in (Turn(name="Ada", text="x"), Story(title="t", text="x", source="s"), Score(name="n", value=1.0, n=1)):
        with pytest.raises(AttributeError):
            record.text = "y"
        assert hash(record) == hash(record)
