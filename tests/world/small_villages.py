"""What the tests of the narrator share: small villages that lived for some days, their plots, and plots by hand."""

from functools import lru_cache
from typing import Any

from foundling.world.narrator.plot import Plot, Skies, plots
from foundling.world.village import Village
from foundling.world.village.records import Event, History, Person, Place, Setting, Thing

Row = dict[str, Any]


@lru_cache(maxsize=8)
def lived(seed: int, days: int = 4) -> History:
    """A village of fourteen, after some days."""
    return Village(seed, people=14).run(days)


@lru_cache(maxsize=8)
def plotted(seed: int, days: int = 4) -> tuple[Plot, ...]:
    """Its plots."""
    return tuple(plots(lived(seed, days)))


def setting() -> Setting:
    """Two women, two men, a house and a mill, a jug and a bell."""
    people = tuple(
        Person(name=name, they=they, age=30, work="", home="Novak house")
        for name, they in (("Ada", "she"), ("Ben", "he"), ("Cora", "she"), ("Dov", "he"))
    )
    places = (
        Place(name="Novak house", at="at", kind="house", x=0, y=0), Place(name="mill", at="at", kind="mill", x=5, y=5),
    )
    things = (
        Thing(name="blue jug", kind="jug", owner="Ada", holder="Ada"),
        Thing(name="bell", kind="bell", owner="Ben", place="mill"),
    )
    return Setting(seed=0, name="Elmstead", day=0, people=people, places=places, things=things)


def history(*rows: Row) -> History:
    """Events in the order given, ten minutes apart where they do not say when."""
    events = tuple(Event(**{"id": n, "minute": 600 + 10 * n, "place": "mill"} | row) for n, row in enumerate(rows))
    return History(setting=setting(), events=events)


def plot_of(*rows: Row, hero: str = "Ada") -> Plot:
    """All of a history as one plot."""
    whole = history(*rows)
    return Plot(history=whole, events=whole.events, hero=hero, ending="open", skies=Skies(whole))
