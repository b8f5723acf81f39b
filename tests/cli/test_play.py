"""A villager's life in the terminal: what can be typed, what is shown, and that it ends kindly."""

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from foundling.cli import play as playing
from foundling.cli.play import OFFERED, play
from foundling.records import BadInput, Turn
from foundling.world.characters import Character
from foundling.world.company import Company
from foundling.world.offers import phrase, ranked
from foundling.world.village import Village
from foundling.world.voices import Reciter


class Echo:
    """Answers everything."""

    def __init__(self, name: str) -> None:
        self.name = name

    def hear(self, turn: Turn) -> None:
        pass

    def speak(self, present: Sequence[str]) -> Turn | None:
        return Turn(name=self.name, text=f"{len(present)} of us are here.")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    def give(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))

    return give


def turns(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_every_line_is_answered_by_one_object(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    typed("look", "who", "1", "wait", "wait 2h", "more", "help", "Good morning.", "say 5", "900", "0", "say", "x" * 300,
          "quit", "1")
    assert play(Company(Village(4, people=12)), "Mira", json_output=True) == 0
    found = turns(capsys.readouterr().out)
    first, look, who, deed, wait, hours, more, told, said, five, *errors = found
    assert len(found) == 14 and all(set(e) == {"error"} for e in errors)
    assert first == look and first["clock"] == "08:00" and 0 < len(first["options"]) <= OFFERED
    assert who["here"] == first["here"] and "number" in told["answer"]
    assert (deed["minute"], wait["minute"]) == (490, 500) and 500 < hours["minute"] <= 620
    assert more["options"][0]["number"] == OFFERED + 1 and "minute" not in more
    assert said["seen"][0]["words"] == 'You said: "Good morning."' and five["seen"][0]["words"] == 'You said: "5"'


def test_a_person_reads_where_they_are_and_what_they_can_do(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    typed("go to the inn", "GO inn", "where", "quit")
    assert play(Company(Village(4, people=12)), "Mira", json_output=False) == 0
    out, err = capsys.readouterr()
    assert "Day 1, 08:00, " in out and "You are at the inn." in out and "  1 " in out
    assert "you took the place of somebody. You are Mira, " in err and "So ends your stay of 1 day in" in err
    assert "cannot go" in err  # one is not told to walk to where one is


def test_a_villager_may_be_taken_over_by_name(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    village = Village(4, people=12)
    person = next(p for p in village.setting.people if p.age >= 18 and not p.away)
    typed("quit")
    assert play(Company(village), person.name.upper(), json_output=False) == 0
    assert f"You are {person.name}, {person.age}, {person.work}" in capsys.readouterr().err


def test_things_are_asked_for_by_name_and_take_no_time(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    village = Village(4, people=12)
    person = next(p for p in village.setting.people if p.age >= 18 and village.state.carried[p.name])
    mine = next(iter(village.state.carried[person.name]))
    other = next(t.name for t in village.setting.things if not village.state.believes(person.name, t.name))
    typed(f"where the {mine}", f"where {other}?", f"where {person.name}", "where are you going?")
    play(Company(village), person.name, json_output=True)
    first, have, unknown, lives, said = turns(capsys.readouterr().out)
    assert have["answer"] == f"You have the {mine}." and unknown["answer"] == f"You do not know where the {other} is."
    assert lives["answer"].startswith(f"{person.name} lives ") and person.home in lives["answer"]
    assert said["minute"] == first["minute"] + 10 and "where are you going?" in said["seen"][0]["words"]


def test_somebody_with_a_voice_answers(typed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    village = Village(4, people=12)
    homes = [p for p in village.setting.people if not p.away and p.age >= 18]
    me, other = next((a, b) for a in homes for b in homes if a.home == b.home and a is not b)
    typed(*["Are you there?", "wait"] * 3)
    play(Company(village, {other.name: Echo(other.name)}), me.name, json_output=True)
    heard = [seen["words"] for turn in turns(capsys.readouterr().out) for seen in turn["seen"]]
    assert any(words.startswith(f"{other.name} said: ") and "of us are here." in words for words in heard)


def test_a_character_that_only_recites_may_be_played_and_a_voice_may_not(typed: Any) -> None:
    village = Village(4, people=12)
    one, two = [p.name for p in village.setting.people if not p.away and p.age >= 18][:2]
    company = Company(village, {one: Reciter(Character(name=one)), two: Echo(two)})
    typed("quit")
    assert play(company, one, json_output=True) == 0 and one not in company.speakers
    with pytest.raises(BadInput, match="has a voice"):
        play(company, two, json_output=True)
    with pytest.raises(BadInput, match="name"):
        play(company, "<b>", json_output=True)


def test_ctrl_c_ends_kindly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(prompt: str) -> Iterator[str]:
        yield "wait"
        raise KeyboardInterrupt

    monkeypatch.setattr(playing, "typed", stopped)
    assert play(Company(Village(4, people=12)), "Mira", json_output=False) == 0
    assert "So ends your stay" in capsys.readouterr().err


def test_death_ends_the_stay(typed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    company = Company(Village(4, people=12))
    step = company.step

    def fatal(actions: Any) -> Any:
        events = step(actions)
        if company.village.minute > 490:
            company.village.state.spots["Mira"] = ""
        return events

    monkeypatch.setattr(company, "step", fatal)
    typed("wait", "wait", "wait", "wait")
    assert play(company, "Mira", json_output=True) == 0
    last = turns(capsys.readouterr().out)
    assert len(last) == 3 and last[-1]["options"] == [] and last[-1]["where"] == "nowhere any more"


def test_offers_are_all_options_those_that_matter_first() -> None:
    village = Village(9, people=20)
    history = village.run(1.4)
    for person in village.setting.people:
        options = [a for a in village.options(person.name) if a.kind != "stay"]
        offers = ranked(village, person.name)
        assert sorted(map(repr, offers)) == sorted(map(repr, options))
        words = [phrase(village.history(), a) for a in offers]
        assert all(words) and not any("{" in w or "  " in w for w in words)
        assert len({a.kind for a in offers[:OFFERED]}) >= min(4, len({a.kind for a in options}))
    assert history.events
