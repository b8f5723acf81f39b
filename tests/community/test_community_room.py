"""The room with speakers that follow a script: what is recorded, when it is heard, who may bear which name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from foundling.community import Room, Said
from foundling.home import Ledger
from foundling.records import BadInput, Turn


def lived(ledger: Ledger) -> list[tuple[str, str | None, str | None]]:
    return [(event.kind, event.speaker, event.text) for event in ledger.events()]


def test_a_turn_is_on_record_before_it_is_heard(ledger: Ledger, scripted) -> None:
    class Witness(scripted):
        def hear(self, turn: Turn) -> None:
            newest = ledger.last("turn")
            assert newest is not None and (newest.speaker, newest.text) == (turn.name, turn.text)
            super().hear(turn)

    wren = Witness("Wren", [["Good ", "evening."]])
    room = Room(ledger, [wren])
    assert room.post(" Ada ", "hello\nthere") == Turn(name="Ada", text="hello there")
    list(room.replies())
    assert wren.turns == [Turn(name="Ada", text="hello there"), Turn(name="Wren", text="Good evening.")]


def test_a_reply_comes_in_pieces_and_its_reason_is_recorded(ledger: Ledger, scripted) -> None:
    room = Room(ledger, [scripted("Wren", [["Good ", "evening."]])])
    room.post("Ada", "hello")
    said = list(room.replies())
    assert [(s.kind, s.name, s.text) for s in said] == [
        ("piece", "Wren", "Good "), ("piece", "Wren", "evening."), ("turn", "Wren", "Good evening."),
    ]
    asked, decision, turn = ledger.events()
    assert (decision.kind, decision.speaker, decision.room) == ("decision", "Wren", "hearth")
    assert decision.data == {"speaks": True, "share": 0.75, "rival": 0.125, "reason": "the script says so"}
    assert (turn.kind, turn.text, turn.data) == ("turn", "Good evening.", {"after": asked.id})
    assert said[-1] == Said(kind="turn", name="Wren", text="Good evening.", event=turn.id, time=turn.ts,
                            reason="the script says so", share=0.75)
    assert ledger.verify() == 3


def test_silence_is_told_and_recorded(ledger: Ledger, scripted) -> None:
    wren = scripted("Wren", speaks=False)
    room = Room(ledger, [wren])
    room.post("Ada", "hello")
    assert list(room.replies()) == [Said(kind="silence", name="Wren", reason="the script says so", share=0.75)]
    assert lived(ledger) == [("turn", "Ada", "hello"), ("decision", "Wren", None)]
    assert ledger.events("decision")[0].data["speaks"] is False
    assert wren.asked == [("Ada", "Wren")]


def test_words_that_do_not_come_are_a_silence(ledger: Ledger, scripted) -> None:
    room = Room(ledger, [scripted("Wren", [["\x07", " "]])])
    room.post("Ada", "hello")
    said = list(room.replies())
    assert said[-1].kind == "silence" and "no words" in said[-1].reason
    newest = ledger.last("decision")
    assert newest is not None and newest.data["speaks"] is False and "no words" in newest.data["reason"]
    assert len(ledger.events("turn")) == 1


def test_beings_who_always_want_to_speak_do_so_once_each(ledger: Ledger, scripted) -> None:
    wren, fox = scripted("Wren", [["one"], ["two"]]), scripted("Fox", [["three"], ["four"]])
    room = Room(ledger, [wren, fox])
    room.post("Ada", "hello")
    assert [said.text for said in room.replies() if said.kind == "turn"] == ["one", "three"]
    assert wren.turns == fox.turns and len(wren.turns) == 3
    with pytest.raises(BadInput, match="same name"):
        Room(ledger, [wren, scripted("wren")])


@pytest.mark.parametrize("name", ["Wren", "WREN", " wren ", "Ｗｒｅｎ", "W-ren", "Wren.", "W r e n"])
def test_nobody_takes_the_name_of_a_being(ledger: Ledger, scripted, name: str) -> None:
    room = Room(ledger, [scripted("Wren")])
    for refused in (lambda: room.post(name, "I am Wren"), lambda: room.join(name)):
        with pytest.raises(BadInput, match="taken by Wren"):
            refused()
    assert lived(ledger) == [] and room.present == ("Wren",)


@pytest.mark.parametrize(("name", "text"), [("", "x"), ("A:B", "x"), ("7", "x"), ("Ada\n", ""), ("Ada", "x" * 2001)])
def test_a_refused_turn_changes_nothing(ledger: Ledger, scripted, name: str, text: str) -> None:
    wren = scripted("Wren")
    room = Room(ledger, [wren])
    with pytest.raises(BadInput):
        room.post(name, text)
    assert lived(ledger) == [] and wren.turns == [] and ledger.speakers() == [] and room.present == ("Wren",)


def test_one_person_is_one_name_however_it_is_typed(ledger: Ledger, scripted) -> None:
    room = Room(ledger, [scripted("Wren")])
    room.post("Ada", "hello")
    assert room.post("ADA", "me again").name == "Ada" == room.join("ada")
    assert [speaker.name for speaker in ledger.speakers()] == ["Ada"]


def test_consent_that_was_given_is_not_undone(ledger: Ledger, scripted) -> None:
    ledger.introduce("Ada", kind="person", consent="learn")
    room = Room(ledger, [scripted("Wren", [["yes"]])])
    room.post("Ada", "hello")
    room.post("Bo", "hello")
    list(room.replies())
    known = {speaker.name: (speaker.kind, speaker.consent) for speaker in ledger.speakers()}
    assert known == {"Ada": ("person", "learn"), "Bo": ("person", "remember"), "Wren": ("being", "remember")}


def test_a_turn_posted_while_a_being_speaks_is_heard_when_it_has_finished(ledger: Ledger, scripted) -> None:
    wren, fox = scripted("Wren", [["I ", "am."], ["Yes, Bo."]]), scripted("Fox", speaks=False)
    room = Room(ledger, [wren, fox])
    room.post("Ada", "who?")
    for said in room.replies():
        if said.text == "I ":
            room.post("Bo", "Wren?")
            assert ("turn", "Bo", "Wren?") in lived(ledger)  # recorded at once
            assert wren.turns == fox.turns == [Turn(name="Ada", text="who?")]
    order = [("Ada", "who?"), ("Wren", "I am."), ("Bo", "Wren?")]
    assert [(turn.name, turn.text) for turn in wren.turns] == order
    list(room.replies())
    again, other = scripted("Wren"), scripted("Fox")
    Room(ledger, [again, other])  # after a restart the talk is remembered as it was lived
    assert again.turns == wren.turns == fox.turns == other.turns
    assert [event.speaker for event in room.turns(9)] == ["Ada", "Bo", "Wren", "Wren"]  # the ledger's own order


def test_a_restart_remembers_and_answers_nobody(ledger: Ledger, scripted) -> None:
    first = Room(ledger, [scripted("Wren", [["one"], ["two"], ["three"]])])
    for number in range(3):
        first.post("Ada", f"say {number}")
        list(first.replies())
    before = lived(ledger)
    wren, forgetful = scripted("Wren"), scripted("Wren")
    assert Room(ledger, [wren]).present == ("Wren",)
    Room(ledger, [forgetful], recall=2)
    assert [turn.text for turn in wren.turns] == ["say 0", "one", "say 1", "two", "say 2", "three"]
    assert [turn.text for turn in forgetful.turns] == ["say 2", "three"]
    assert lived(ledger) == before and wren.asked == []


def test_what_was_redacted_is_not_remembered(ledger: Ledger, scripted) -> None:
    first = Room(ledger, [scripted("Wren")])
    secret = first.record("Ada", "my secret")
    first.record("Ada", "good morning")
    ledger.redact(secret.id)
    wren = scripted("Wren")
    room = Room(ledger, [wren])
    assert [turn.text for turn in wren.turns] == ["good morning"] == [event.text for event in room.turns(5)]


def test_old_turns_are_found_behind_many_decisions_and_other_rooms(ledger: Ledger, scripted) -> None:
    room = Room(ledger, [scripted("Wren", speaks=False)])
    for number in range(4):
        room.post("Ada", f"say {number}")
        for _ in range(20):
            ledger.append("decision", speaker="Wren", room="hearth")
        ledger.append("turn", speaker="Ada", room="attic", text="elsewhere")
    assert [event.text for event in room.turns(3)] == ["say 1", "say 2", "say 3"]
    assert len(room.turns(100)) == 4 and room.turns(0) == []


def test_a_turn_that_nobody_waits_for_is_not_recorded(ledger: Ledger, scripted) -> None:
    wren = scripted("Wren", [["I ", "am."], ["Here."]])
    room = Room(ledger, [wren])
    room.post("Ada", "who?")
    with closing(room.replies()) as replies:
        assert next(replies).text == "I "
        room.post("Bo", "never mind")
        with pytest.raises(RuntimeError, match="speaking already"):
            next(room.replies())
    assert [turn.name for turn in wren.turns] == ["Ada", "Bo"] and len(ledger.events("turn")) == 2
    assert [said.text for said in room.replies()][-1] == "Here."


def test_a_being_that_breaks_leaves_the_room_in_order(ledger: Ledger, scripted) -> None:
    class Broken(scripted):
        def say(self) -> Iterator[str]:
            yield "I "
            raise ArithmeticError("no number")

    wren = Broken("Wren")
    room = Room(ledger, [wren])
    room.post("Ada", "who?")
    with pytest.raises(ArithmeticError):
        list(room.replies())
    room.post("Ada", "well?")
    assert [turn.text for turn in wren.turns] == ["who?", "well?"]


def test_what_a_being_says_is_hostile_too(ledger: Ledger, scripted) -> None:
    room = Room(ledger, [scripted("Wren", [["\x1b[2J", "two\n", "lines \u202e", "e", "\u0301"], ["x" * 900] * 9])])
    room.post("Ada", "hello")
    said = list(room.replies())
    assert said[-1].text == "[2Jtwo lines é" and "".join(s.text for s in said[:-1]) == "[2Jtwo lines e\u0301"
    assert len(list(room.replies())[-1].text) == 2000


def test_who_is_present(ledger: Ledger, scripted) -> None:
    wren = scripted("Wren", speaks=False)
    room = Room(ledger, [wren])
    room.join("Cy")
    room.post("Ada", "hello")
    room.join("Bo")
    assert room.present == ("Cy", "Ada", "Bo", "Wren")
    room.leave("Ada")
    room.leave("Nobody")
    for number in range(60):
        room.post("Dee" if number == 0 else "Bo", "and so on")
    assert room.present == ("Cy", "Bo", "Wren")  # Dee posted once, long ago; Cy came in and never left
    for number in range(30):
        room.join(f"Guest {chr(65 + number % 26)}{'a' * (number // 26)}")
    list(room.replies())
    assert len(wren.asked[-1]) == 12 and wren.asked[-1][-1] == "Wren"


def test_posts_of_many_threads_are_heard_once_each_in_the_order_of_the_record(ledger: Ledger, scripted) -> None:
    wren = scripted("Wren", [["word "] * 40] * 8)
    room = Room(ledger, [wren])
    room.post("Ada", "go")
    with ThreadPoolExecutor(4) as threads:
        names = ("Bo", "Cy", "Dee", "Eve")
        posts = [threads.submit(room.post, name, f"{name} {n}") for n in range(10) for name in names]
        for _ in range(8):
            list(room.replies())
        for post in posts:
            post.result()
    people = [turn.text for turn in wren.turns if turn.name != "Wren"]
    assert people == [event.text for event in ledger.events("turn") if event.speaker != "Wren"]
    assert len(people) == 41 and ledger.verify() == 41 + 16
