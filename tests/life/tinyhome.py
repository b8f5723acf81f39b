"""What the tests of life share: a small naming recipe, a new home, and the end of a station."""

from pathlib import Path
from typing import Any

from foundling.home import Home, Ledger
from foundling.life.collecting import Wanted, collect
from foundling.life.preparing import prepare
from foundling.life.sifting import sift
from foundling.life.stations import Done
from foundling.recipe import NamingRecipe

NAMING = NamingRecipe(lessons=120, preferences=60)


def finish(events: Any) -> Done:
    """The last event of a station, which tells what it did."""
    *_, last = events
    assert isinstance(last, Done)
    return last


def new_home(path: Path, stories: Path) -> Home:
    settings = {"stories": [str(stories)], "size": "tiny", "minutes": 1.0, "steps": 8, "seed": 5}
    return Home.create(path, "Wren", "2026-01-01", settings)


def collected(home: Home, ledger: Ledger, stories: Path) -> Done:
    """The home after its first station."""
    return finish(collect(home, ledger, Wanted(sources=(str(stories),))))


def made_ready(home: Home, ledger: Ledger, stories: Path, naming: NamingRecipe = NAMING, seed: int = 5) -> Done:
    """The home with its stories collected, cleaned and packed."""
    collected(home, ledger, stories)
    finish(sift(home, ledger, None, seed))
    return finish(prepare(home, ledger, naming, seed))
