"""Several people and a being in one room over real WebSockets: who hears what, and in which order."""

import json
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing

from foundling.community import Room


def turn_texts(person) -> list[tuple[str, str]]:
    return [(m["name"], m["text"]) for m in person.seen if m["type"] == "turn"]


def test_two_people_and_the_being_hear_each_other(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", [["Good ", "evening, ", "Ada."]])) as served:
        ada, bo = meet(served, "Ada"), meet(served, "Bo")
        welcome = {"type": "welcome", "being": "Wren", "you": "Ada", "present": ["Ada", "Wren"], "turns": []}
        assert ada.welcome == welcome
        assert bo.welcome["present"] == ["Ada", "Bo", "Wren"]
        assert ada.wait("present")["names"] == ["Ada", "Bo", "Wren"]
        ada.say(" good\nevening ")
        for person in (ada, bo):
            person.wait("turn", name="Wren")
            assert turn_texts(person) == [("Ada", "good evening"), ("Wren", "Good evening, Ada.")]
            kinds = [m["type"] for m in person.seen if m["type"] not in ("welcome", "present")]
            assert kinds == ["turn", "thinking", "piece", "piece", "piece", "turn"]
            assert "".join(m["text"] for m in person.seen if m["type"] == "piece") == "Good evening, Ada."
        first, second = served.ledger.events("turn")
        shown = [m for m in bo.seen if m["type"] == "turn"]
        assert [(m["id"], m["time"]) for m in shown] == [(first.id, first.ts), (second.id, second.ts)]
        assert meet(served, "Cy").welcome["turns"] == shown  # who comes later reads what was said before
        bo.close()
        assert ada.wait("present", names=["Ada", "Cy", "Wren"])


def test_silence_is_told_with_its_reason_and_share(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada = meet(served, "Ada")
        ada.say("hello")
        assert ada.wait("silence") == {"type": "silence", "name": "Wren", "reason": "the script says so", "share": 0.75}


def test_writing_is_shown_to_the_others_only(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada, bo = meet(served, "Ada"), meet(served, "Bo")
        ada.send(type="typing")
        assert bo.wait("thinking") == {"type": "thinking", "name": "Ada"}
        ada.say("done")
        ada.wait("turn")
        assert not [m for m in ada.seen if m["type"] == "thinking" and m["name"] == "Ada"]


def test_while_it_speaks_people_talk_on_and_it_is_asked_once_afterwards(serve_room, meet, scripted) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(scripted):
        def say(self) -> Iterator[str]:
            yield "I "
            begun.set()
            assert go_on.wait(20)
            yield "am."

    wren = Slow("Wren")
    with serve_room(wren) as served:
        ada, bo = meet(served, "Ada"), meet(served, "Bo")
        try:
            ada.say("who?")
            assert ada.wait("piece")["text"] == "I "  # a piece is here while the rest is not yet made
            assert begun.wait(20)
            wren.speaks = False
            for number in range(5):
                bo.say(f"meanwhile {number}")
                assert ada.wait("turn")["text"] == f"meanwhile {number}"
            health = json.loads(urllib.request.urlopen(served.url + "/healthz", timeout=20).read())
            assert health == {"status": "ok", "being": "Wren", "present": ["Ada", "Bo", "Wren"]}
            assert len(wren.asked) == 1
        finally:
            go_on.set()
        ada.wait("turn", name="Wren", text="I am.")
        ada.wait("silence")
        bo.say("and now?")
        ada.wait("silence")
        time.sleep(0.3)  # in which it would be asked again, were it asked for each
        assert len(wren.asked) == 3  # for who?, once for all five, for and now?
    assert [turn.text for turn in wren.turns][:3] == ["who?", "I am.", "meanwhile 0"]


def test_a_slow_disk_keeps_nobody_else_waiting(serve_room, meet, scripted, home) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served, closing(sqlite3.connect(home.path / "life.db")) as other:
        ada = meet(served, "Ada")
        other.execute("BEGIN IMMEDIATE")
        ada.say("hello")
        bo = meet(served, "Bo")  # while the ledger waits
        assert urllib.request.urlopen(served.url + "/healthz", timeout=20).status == 200
        assert bo.welcome["turns"] == []
        other.execute("ROLLBACK")
        assert bo.wait("turn")["text"] == "hello"


def test_a_restart_keeps_what_was_said(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", [["Good ", "evening."]])) as served:
        ada = meet(served, "Ada")
        ada.say("hello")
        ada.wait("turn", name="Wren")
    again = scripted("Wren")
    with serve_room(again) as served:
        bo = meet(served, "Bo")
        assert [(m["name"], m["text"]) for m in bo.welcome["turns"]] == [("Ada", "hello"), ("Wren", "Good evening.")]
        assert bo.welcome["present"] == ["Bo", "Wren"] and again.asked == []
        assert [turn.text for turn in again.turns] == ["hello", "Good evening."]
        assert served.ledger.verify() == 3


def test_a_being_that_breaks_does_not_take_the_room_along(serve_room, meet, scripted, caplog) -> None:
    class Broken(scripted):
        def say(self) -> Iterator[str]:
            if not self.lines:
                raise ArithmeticError("no number")
            yield from self.lines.pop(0)

    wren = Broken("Wren")
    with serve_room(wren) as served:
        ada = meet(served, "Ada")
        ada.say("hello")
        assert "could not speak" in ada.wait("error")["text"]
        wren.lines.append(["I am back."])
        ada.say("and now?")
        assert ada.wait("turn", name="Wren")["text"] == "I am back."
    assert "ArithmeticError" in caplog.text


def test_the_turns_of_the_ledger_as_json(serve_room, meet, scripted, home) -> None:
    with home.ledger() as ledger:
        before = Room(ledger, [scripted("Wren")])
        for number in range(60):
            before.post("Ada", f"say {number}")
    with serve_room(scripted("Wren")) as served:
        def texts(query: str) -> list[str]:
            found = json.loads(urllib.request.urlopen(f"{served.url}/api/turns{query}", timeout=20).read())
            assert set(found["turns"][0]) == {"type", "id", "name", "text", "time"}
            return [turn["text"] for turn in found["turns"]]

        assert texts("") == [f"say {number}" for number in range(10, 60)]
        assert texts("?limit=2") == ["say 58", "say 59"]
        assert len(texts("?limit=200")) == 60


def test_the_real_being_speaks_in_the_room(raised, serve_room, meet) -> None:
    from foundling.inference import Sampling, wake

    with serve_room(wake(raised, how=Sampling(temperature=0, repetition=1.0))) as served:
        ada = meet(served, "Ada")
        ada.say("Good morning, Wren.")
        assert ada.wait("turn", name="Wren")["text"] == "Good morning, Ada."
        assert len([m for m in ada.seen if m["type"] == "piece"]) > 1
