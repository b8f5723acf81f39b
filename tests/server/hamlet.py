"""A hamlet of three people whose every tick is written down beforehand, for tests of the window."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from foundling.world.village.records import Event, Feeling, History, Person, Place, Setting, Thing
from foundling.world.village.state import State

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

SETTING = Setting(
    seed=9, name="Threefold", day=100,
    people=(
        Person(
            name="Ada", they="she", age=40, work="baker", home="ivy house", temper=("proud",), kin=(("son", "Ben"),),
        ),
        Person(name="Ben", they="he", age=12, work="pupil", home="ivy house", kin=(("mother", "Ada"),)),
        Person(name="Cyd", they="she", age=70, work="miller", home="mill"),
    ),
    places=(
        Place(name="ivy house", at="at", kind="house", x=200, y=300, indoors=True),
        Place(name="mill", at="at", kind="mill", x=800, y=200, indoors=True),
        Place(name="river", at="by", kind="river", x=500, y=700),
    ),
    things=(
        Thing(name="blue jug", kind="jug", owner="Ada", place="ivy house", fragile=True),
        Thing(name="old key", kind="key", owner="Cyd", holder="Cyd"),
    ),
)


class Village:
    """What the window reads of a village; a tick brings the next events of the script."""

    def __init__(self, script: Sequence[Sequence[Event]] = ()) -> None:
        self.setting, self.state, self.threads = SETTING, State.begin(SETTING), ()
        self.events: list[Event] = []
        self.minute = 8 * 60
        self.script = list(script)

    def history(self) -> History:
        return History(setting=self.setting, events=tuple(self.events))

    def step(self) -> tuple[Event, ...]:
        now = self.script.pop(0) if self.script else ()
        came = [replace(event, id=len(self.events) + n, minute=self.minute) for n, event in enumerate(now)]
        for event in came:
            self.state.apply(event)
            self.events.append(event)
        self.minute += 10
        return tuple(came)


class Company:
    """The hamlet with a speaker who may be slow (waits for `go_on`) or faulty."""

    def __init__(self, script: Sequence[Sequence[Event]] = (), *, slow: bool = False, faulty: bool = False) -> None:
        self.village: Any = Village(script)
        self.go_on = threading.Event()
        self.faulty = faulty
        if not slow:
            self.go_on.set()

    def step(self) -> tuple[Event, ...]:
        assert self.go_on.wait(20)
        if self.faulty:
            raise RuntimeError("the speaker lost its tongue")
        return self.village.step()


def event(kind: str, actor: str, **fields: Any) -> Event:
    """An event whose id and minute are set when it happens."""
    return Event(id=-1, minute=-1, kind=kind, actor=actor, **fields)


def script() -> list[list[Event]]:
    """Two ticks: a walk, a hide that Ada does not see, hostile words; then a break."""
    both = ("Ada", "Ben")
    return [
        [
            event("take", "Ben", thing="blue jug", place="ivy house", seen=both),
            event("go", "Ben", place="ivy house", to="river", seen=both),
            event("hide", "Ben", thing="blue jug", place="river", seen=("Ben",)),
            event("say", "Ada", place="ivy house", text=HOSTILE, seen=("Ada",), quarantined=True, feelings=(
                Feeling(who="Ada", emotion="anger", strength=3, toward="Ben"),
            )),
        ],
        [event("break", "Cyd", thing="old key", place="mill", what="sat on", seen=("Cyd",))],
    ]
