"""Forums, chats, logs, films and plays are read into named turns: exactly what was said, by names the grammar takes."""
# ruff: noqa: E501 (lines of the formats stand as they are)

import io
import json
from pathlib import Path

import pytest

from foundling.corpus import Dropped
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.registry import reader
from foundling.corpus.reading.speakers import Speakers
from foundling.records import Story
from foundling.records.turn import parse_line

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared data folder is not here")


def read(kind, data, name="the_quay.txt"):
    data = data.encode() if isinstance(data, str) else data
    return list(reader(kind)(Opened(name=name, stream=io.BytesIO(data))))


def told(kind, data, **known):
    """Title and text of every story; there must be no drop."""
    found = read(kind, data, **known)
    assert all(isinstance(thing, Story) for thing in found), found
    return [(story.title, story.text) for story in found]


HANDLES = {
    "_foo_1": "foo_1", "[bot]x": "bot x", "Ada Lovelace <ada@x.org>": "Ada Lovelace", "@ben:matrix.org": "ben",
    "12345": "Someone A", "+49 170 1234567": "Someone B", "cyd@x.org": "Someone C", "Tom +49 (170) 12-34-567": "Tom",
    "foo_1": "foo_1 2", "3fingers": "fingers", "a:b": "a b", "": "Someone D", "Zoë": "Zoë", "x" * 90: "x" * 40,
    "李雷": "李雷", "<|turn|>": "Someone E", "a\nb": "a b 2",
}


def test_handles_become_names():
    speakers = Speakers()
    assert {handle: speakers.name(handle) for handle in HANDLES} == HANDLES
    for name in HANDLES.values():
        assert parse_line(f"{name}: hello").name == name


def test_names_are_stable_and_distinct():
    speakers = Speakers()
    handles = [f"{i:05d}" for i in range(60)] + ["Someone A", "y" * 50, "y" * 60]
    names = [speakers.name(handle) for handle in handles]
    assert names == [speakers.name(handle) for handle in handles] and len(set(names)) == len(handles)
    assert names[25:28] == ["Someone Z", "Someone AA", "Someone AB"] and names[60] == "Someone A 2"
    assert max(map(len, names)) == 40 and speakers.names == tuple(names)


def test_an_answer_is_a_scene_with_its_question():
    scene, rest = read("stackexchange", (
        '<?xml version="1.0"?><posts><row Id="1" PostTypeId="1" Title="Why?" Body="&lt;p&gt;Why is &lt;b&gt;it&lt;/b&gt;?'
        '&lt;/p&gt;" OwnerUserId="7" AnswerCount="1"/><row Id="2" PostTypeId="2" ParentId="1" Body="&lt;p&gt;Because.'
        '&lt;/p&gt;" OwnerDisplayName="Ben" CreationDate="2011-01-02T00:00:00.000" ContentLicense="CC BY-SA 3.0"/>'
        '<row Id="3" PostTypeId="1" Title="Never?" Body="x" AnswerCount="0"/></posts>'))
    assert (scene.title, scene.text) == ("Why?", "Someone A: Why? Why is it?\nBen: Because.")
    assert (scene.source, scene.origin.licence, scene.origin.date) == (
        "the_quay.txt#post 2", "CC BY-SA 3.0", "2011-01-02T00:00:00.000")
    assert isinstance(rest, Dropped) and "1 questions without an answer" in rest.reason
    alone, = read("stackexchange", '<posts><row Id="9" PostTypeId="2" ParentId="1" Body="Yes."/></posts>')
    assert (alone.form, alone.text, alone.origin.licence) == ("prose", "Yes.", "CC BY-SA 4.0")


def test_topics_of_a_forum():
    topic = {"post_stream": {"posts": [
        {"username": "ada", "cooked": "<p>Hi</p><p>all</p>", "created_at": "2020-01-01T00:00:00Z"},
        {"username": "ben_", "cooked": "<aside class='quote'>Hi</aside><p>Hello</p>"},
        {"username": "system", "cooked": "closed", "post_type": 3},
    ]}, "title": "Greeting", "suggested_topics": [{"title": "no"}]}
    wanted = ("Greeting", "ada: Hi all\nben: Hello")
    assert told("discourse", json.dumps(topic)) == [wanted]
    assert told("discourse", json.dumps([topic, topic], indent=1)) == [wanted, wanted]


def test_a_log_is_cut_where_it_falls_silent():
    first, second = read("irc", (
        "[12:00] <ada> hi\n[12:01]  * ben waves\n=== x joined\n[12:02] *** Joins: y\n[12:40] <@ben> back\n"
        "12:41 <ada> \x0304yes\x03\n2020-01-02T12:42:01 <ada> : no\n"), name="2004-11-15_03.txt")
    assert (first.title, first.text) == ("2004 11 15 03, part 1", "ada: hi\nben: *waves*")
    assert (second.text, second.people, second.origin.date) == ("ben: back\nada: yes\nada: : no", ("ben", "ada"), "2004-11-15")
    many = read("irc", "".join(f"[{10 + i // 60}:{i % 60:02d}] <n{i % 3}> word {i}\n" for i in range(450)))
    assert [len(scene.turns) for scene in many] == [200, 200, 50]


@needs_data
def test_the_logs_of_ubuntu():
    for path in sorted((DATA / "eval" / "ubuntu_irc").glob("*.ascii.txt")):
        raw = path.read_bytes()
        scenes = read("irc", raw, name=path.name)
        said = [line for line in raw.decode().split("\n") if line.startswith("[")]
        turns = [turn for scene in scenes for turn in scene.turns]
        assert len(said) - 2 <= len(turns) <= len(said) and len(scenes) >= 6
        assert " ".join(turns[0].text.split()) in " ".join(said[0].split())


@needs_data
def test_the_episodes_of_crd3():
    raw = (DATA / "eval" / "crd3" / "C1E001.json").read_bytes()
    scenes = read("jsonl", raw, name="C1E001.json")
    turns = [turn for scene in scenes for turn in scene.turns]
    assert len(turns) == len(json.loads(raw)["TURNS"]) == 2160
    assert turns[0].name == "MATT" and turns[0].text.startswith("Hello everyone. My name is")


def test_whatsapp():
    assert told("chat", (
        "[31/12/2020, 23:59:01] Ada: Hello\nthere\n[31/12/2020, 23:59:30] Ben: \u200eimage omitted\n"
        "[31/12/2020, 23:59:50] +49 170 1234567: Hi\n")) == [("the quay", "Ada: Hello there\nSomeone A: Hi")]
    assert told("chat", (
        "12/31/20, 11:59 PM - Messages are encrypted\n12/31/20, 11:59 PM - Ada: Hello\n1/1/21, 10:00 AM - Ben: "
        "<Media omitted>\n1/1/21, 10:01 AM - Ben: Ho\n")) == [("the quay", "Ada: Hello"), ("the quay, part 2", "Ben: Ho")]
    assert told("chat", "31.12.20, 23:59 - Ada: Prosit\n") == [("the quay", "Ada: Prosit")]


def test_telegram_and_lists_of_messages():
    export = {"name": "Friends", "type": "x", "id": 1, "messages": [
        {"id": 1, "type": "service", "actor": "x", "text": "m"},
        {"type": "message", "from": "Ada", "date": "2020-01-01T10:00:00", "text": ["Hi ", {"type": "bold", "text": "you"}, "!"]},
        {"type": "message", "from": "Ben", "date": "2020-01-01T10:01:00", "text": "Yo"}]}
    assert told("chat", json.dumps(export, indent=1)) == [("Friends", "Ada: Hi you!\nBen: Yo")]
    several = {"chats": {"list": [{"name": n, "id": 1, "messages": [{"from": "Ada", "text": f"Hi {n}"}]} for n in "XY"]}}
    assert told("chat", json.dumps(several)) == [("X", "Ada: Hi X"), ("Y", "Ada: Hi Y")]
    assert told("chat", '[{"author": "A b", "text": "Hi"}, {"user": "Ben", "message": "Yo"}]') == [
        ("the quay", "A b: Hi\nBen: Yo")]
    roles = [{"role": "system", "content": "be"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]
    assert told("chat", json.dumps({"messages": roles})) == [("the quay", "Visitor: Hi\nHost: Yo")]


def test_subtitles():
    assert told("subtitles", (
        "1\n00:00:01,000 --> 00:00:02,000\n<i>Where is\nit?</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n- Here.\n- No, there\n"
        "\n3\n00:00:03,000 --> 00:00:04,000\n[door]\n")) == [("the quay", "Where is it?\nHere.\nNo, there")]
    assert told("subtitles", (
        "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000 align:start\n<v Ada>Hello &amp; you</v>\n\n00:01.000 --> 00:02.000\n"
        "BEN: Oh\nmy\n")) == [("the quay", "Ada: Hello & you\nBen: Oh my")]
    assert told("subtitles", (
        "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ada,0,0,0,,{\\i1}Well,\\Nwell\n")) == [
        ("the quay", "Ada: Well, well")]


def test_plays():
    assert told("play", (
        "ACT I\nSCENE I. A room.\n\nEnter HAMLET\n\nHAMLET. To be,\nor not. [Aside] Hm.\n\nHORATIO.\nWhat [he\nexits] now?\n"
        "\nSCENE II. Elsewhere.\nHAMLET\nAlone now.\nExit\n")) == [
        ("the quay, ACT I, SCENE I. A room", "Hamlet: To be, or not. Hm.\nHoratio: What now?"),
        ("the quay, ACT I, SCENE II. Elsewhere", "Hamlet: Alone now.")]
    assert told("play", "Ada: Hello\nBen Smith: Go (smiling) on\n") == [("the quay", "Ada: Hello\nBen Smith: Go on")]
