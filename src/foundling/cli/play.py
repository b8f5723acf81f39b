"""A village in the terminal: a person's typed lines flow in as a villager's deeds and words, what they see flows out.

Ten minutes of the village pass with every deed; looking and asking take no time. It decides nothing for anybody.
"""

import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from foundling.cli.lines import typed
from foundling.records import BadInput
from foundling.world.company import Company
from foundling.world.offers import phrase, ranked
from foundling.world.speech import tidy, told
from foundling.world.village import Action, Event
from foundling.world.village.birth import workplace
from foundling.world.village.fate import TICK
from foundling.world.village.records import DAY
from foundling.world.village.threads import LONGEST

HELP = (
    "Type a number, or words to say (or `say WORDS`), `go PLACE`, `wait` or `wait HOURS`, `look`, `more`, `who`, "
    "`where THING` or `where NAME`, `quit`."
)
OFFERED = 12  # options shown at once
_MORNING = 8 * 60  # almost all are up
_WAIT = re.compile(r"wait(?:\s+(\d{1,2}))?(?:\s*h(?:ours?)?)?", re.IGNORECASE)
Answer = dict[str, Any]


def play(company: Company, speaker: str, *, json_output: bool) -> int:
    """Be the villager `speaker` until `quit`, the end of the input, death or Ctrl-C; returns the exit code 0.

    A name that no villager has is given to one whose place the person takes. With `json_output` every line is answered
    by one JSON object on stdout: a turn, an `answer`, or an `error`. Raises BadInput for a name that cannot be used.
    """
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # a pipe may hold any bytes, and a terminal may lack any letter
            stream.reconfigure(errors="replace")
    born = [person.name for person in company.village.setting.people]
    seat = _Seat(company, company.enter(speaker))
    if not json_output:
        print(_greeting(seat, known=seat.me in born), file=sys.stderr)
    try:
        if company.village.minute < _MORNING:
            seat.sleep_until(_MORNING)
        _put(seat.turn(), json_output)
        for line in typed("" if json_output else "> "):
            if line.casefold() == "quit":
                break
            _put(_answered(seat, line), json_output)
            if not seat.here:
                break
    except KeyboardInterrupt:
        print(file=sys.stderr)
    if not json_output:
        days = max(0, company.village.minute - 1) // DAY + 1
        print(f"So ends your stay of {days} day{'s' if days > 1 else ''} in {seat.village}.", file=sys.stderr)
    return 0


def _greeting(seat: "_Seat", *, known: bool) -> str:
    """Who the person is, and what can be typed."""
    person = seat.company.village.setting.person(seat.me)
    start = "" if known else f"Nobody in {seat.village} was called {seat.me}, so you took the place of somebody. "
    return f"{start}You are {seat.me}, {person.age}, {person.work}, in {seat.village}. {HELP}"


class _Seat:
    """Where a person sits in the village: what they see, and what they do."""

    def __init__(self, company: Company, me: str) -> None:
        self.company, self.me, self.first = company, me, 0
        self.events: list[Event] = []
        self.offers: tuple[Action, ...] = ()

    @property
    def village(self) -> str:
        """The village's name."""
        return self.company.village.setting.name

    @property
    def here(self) -> bool:
        """False for somebody who has died or left."""
        return bool(self.company.village.state.where(self.me))

    def sleep_until(self, minute: int) -> None:
        """Time passes unseen."""
        while self.company.village.minute < minute:
            self.company.step({self.me: Action(kind="stay")})

    def do(self, action: Action, ticks: int = 1) -> Answer:
        """A deed, then waiting until the ticks are over or somebody turns to the person. Raises BadInput as step."""
        for tick in range(ticks):
            events = self.company.step({self.me: action if not tick else Action(kind="stay")})
            self.events += [event for event in events if self.me in event.seen]
            if not self.here or any(self._concerns(event) for event in events):
                break
        return self.turn()

    def _concerns(self, event: Event) -> bool:
        """True for what is done to the person, and for words said where they hear them."""
        return event.target == self.me or (event.kind == "say" and event.actor != self.me and self.me in event.seen)

    def turn(self) -> Answer:
        """All that the person perceives now, and has perceived since the turn before; options are chosen anew."""
        village, history = self.company.village, self.company.village.history()
        seen = [(event, words) for event in self.events if (words := told(history, event, self.me))]
        self.events, self.first = [], 0
        self.offers = ranked(village, self.me)
        place, clock = village.state.where(self.me), village.minute % DAY
        where = self._at(place) if place else "nowhere any more"
        return {
            "minute": village.minute, "day": village.minute // DAY + 1, "clock": f"{clock // 60:02d}:{clock % 60:02d}",
            "season": village.setting.season(village.minute), "weather": village.state.weather, "place": place,
            "where": where, "here": list(self.company.present(self.me)[1:]),
            "held": list(village.state.carried[self.me]),
            "lying": [t for t in village.state.lying[place] if village.state.open(t)] if place else [],
            "seen": [{"kind": e.kind, "actor": e.actor, "target": e.target, "words": words} for e, words in seen],
            "options": self.options(),
        }

    def options(self) -> list[Answer]:
        """The offers from the first that is shown on, numbered from 1 however far down the list they are."""
        history, shown = self.company.village.history(), self.offers[self.first:self.first + OFFERED]
        return [
            {"number": number, "words": phrase(history, action), "action": _slim(action)}
            for number, action in enumerate(shown, self.first + 1)
        ]

    def more(self) -> Answer:
        """The next options; after the last the first again."""
        self.first = self.first + OFFERED if self.first + OFFERED < len(self.offers) else 0
        return {"options": self.options()}

    def who(self) -> Answer:
        """The people at hand, with their age and work."""
        found = [self.company.village.setting.person(name) for name in self.company.present(self.me)[1:]]
        told = [f"{p.name}, {p.age}, {p.work}" for p in found]
        return {"here": [p.name for p in found], "answer": f"Here: {'; '.join(told)}." if told else "You are alone."}

    def help(self) -> Answer:
        """What can be typed."""
        return {"answer": HELP}

    def where(self, thing: str) -> Answer:
        """Where the person believes a thing to be."""
        spot = self.company.village.state.believes(self.me, thing)
        words = f"You have the {thing}." if spot == self.me else f"You think the {thing} is {self._at(spot)}."
        return {"thing": thing, "believed": spot, "answer": words if spot else f"You do not know where the {thing} is."}

    def about(self, name: str) -> Answer:
        """Where somebody may be looked for, as everybody in the village knows."""
        setting = self.company.village.setting
        person, work = setting.person(name), workplace(setting, setting.person(name))
        works = f" and works {self._at(work)}" if work != person.home else ""
        words = f"{name} lives {self._at(person.home)}{works}."
        return {"name": name, "home": person.home, "work": work, "answer": words}

    def _at(self, spot: str) -> str:
        """A place or a person in words: "in the barn", "with Ben"."""
        places = self.company.village.setting.places
        return next((f"{place.at} the {place.name}" for place in places if place.name == spot), f"with {spot}")


def _slim(action: Action) -> Answer:
    """The fields of an action that say something."""
    return {key: value for key, value in asdict(action).items() if value not in ("", -1)}


def _answered(seat: _Seat, line: str) -> Answer:
    """One line, from typed to answered; a line that cannot be used is told so."""
    try:
        return _take(seat, line)
    except BadInput as fault:
        return {"error": str(fault)}


def _take(seat: _Seat, line: str) -> Answer:
    word, _, rest = line.partition(" ")
    word, rest = word.casefold(), rest.strip()
    village = seat.company.village
    if re.fullmatch(r"\d{1,4}", line):
        if not 0 < int(line) <= len(seat.offers):
            raise BadInput(f"There is no option {line}: choose from 1 to {len(seat.offers)}.")
        return seat.do(seat.offers[int(line) - 1])
    if match := _WAIT.fullmatch(line):
        return seat.do(Action(kind="stay"), max(1, int(match[1] or 0) * 60 // TICK))
    asking = {"look": seat.turn, "more": seat.more, "who": seat.who, "help": seat.help}
    if line.casefold() in asking:
        return asking[line.casefold()]()
    if word == "where" and (thing := _named(rest, [t.name for t in village.setting.things])):
        return seat.where(thing)
    if word == "where" and (name := _named(rest, [p.name for p in village.setting.people])):
        return seat.about(name)
    if word == "go" and (place := _named(re.sub(r"(?i)^to\s+", "", rest), [p.name for p in village.setting.places])):
        return seat.do(Action(kind="go", to=place))
    text = tidy(rest if word == "say" else line, LONGEST + 1)
    if not text or len(text) > LONGEST:
        raise BadInput(f"Words to say have 1 to {LONGEST} letters: say {'less' if text else 'something'}.")
    return seat.do(Action(kind="say", text=text))


def _named(words: str, names: list[str]) -> str:
    """The name that words give, with or without "the"; "" for none."""
    bare = re.sub(r"(?i)^(?:the|my)\s+", "", words).rstrip("?. ").casefold()
    return next((name for name in names if name.casefold() == bare), "")


def _put(answer: Answer, json_output: bool) -> None:
    """An answer as one JSON object, or as lines for a person."""
    if json_output:
        print(json.dumps(answer), flush=True)
    elif "error" in answer:
        print(answer["error"], file=sys.stderr)
    else:
        print("\n".join(_told(answer)), flush=True)


def _told(answer: Answer) -> Iterator[str]:
    if "clock" in answer:
        yield from ("", *(seen["words"] for seen in answer["seen"]))
        moment = f"Day {answer['day']}, {answer['clock']}, {answer['season']}, {answer['weather']}"
        yield f"{moment}. You are {answer['where']}."
        for words, key in (("Here", "here"), ("You have", "held"), ("Lying here", "lying")):
            if answer[key]:
                yield f"{words}: {', '.join(answer[key])}."
    if "answer" in answer:
        yield answer["answer"]
    for option in answer.get("options", ()):
        yield f"{option['number']:>3} {option['words']}"
