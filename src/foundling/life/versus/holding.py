"""One door to all comparisons: A, B and a person's wishes flow in, the events of the right station flow out."""

import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from foundling.evaluation.spaces.peer import Peer
from foundling.evaluation.versus.candidate import kind_of
from foundling.home import Home
from foundling.life.stations import Done
from foundling.life.versus.checkpoints import Asked, hold_checkpoints, hold_without_home
from foundling.life.versus.keep import add_texts, open_keep
from foundling.life.versus.proxy import steps_in
from foundling.life.versus.texts import hold_texts
from foundling.life.versus.trainings import Wanted, hold_trainings
from foundling.records import BadInput, Progress

STEPS = 100
LEAST_SEEDS = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person typed. home: whose ledger gets the verdict (None: nobody's); texts: held-out text that is new;
    peer: who else reads two texts."""

    a: str
    b: str
    home: Path | None
    out: Path
    texts: Path | None = None
    on: str = "quick"
    sets: Path | None = None
    seeds: int | None = None
    steps: int | None = None
    minutes: float | None = None
    threads: int = 1
    claim: bool = True
    bare: bool = False
    peer: Peer | None = None


def hold(wish: Wish) -> Generator[Progress | Done]:
    """Hold A and B against each other. Raises BadInput for what cannot be judged."""
    kinds = [kind_of(one)[0] for one in (wish.a, wish.b)]
    if kinds[0] != kinds[1]:
        raise BadInput(f"A is a {kinds[0]} and B a {kinds[1]}: both must be of one kind to be held against each other.")
    if wish.peer is not None and kinds[0] != "text":
        raise BadInput(f"A peer reads two texts, and A is a {kinds[0]}: leave --peer out.")
    if wish.seeds is not None and wish.seeds < LEAST_SEEDS:
        raise BadInput(f"A test of {wish.seeds} runs tells too little: give --seeds {LEAST_SEEDS} or more.")
    asked = Asked(on=wish.on, sets=wish.sets, threads=wish.threads)
    if wish.home is None:
        if kinds[0] != "checkpoint":
            raise BadInput(f"Only checkpoints can be judged without a home, and A is a {kinds[0]}: give --home HOME.")
        with tempfile.TemporaryDirectory(prefix="foundling-") as made:
            yield from hold_without_home(wish.a, wish.b, wish.texts, asked, wish.out, Path(made) / "taken")
        return
    home = Home.open(wish.home)
    with home.locked() as notes, home.ledger() as ledger, tempfile.TemporaryDirectory(prefix="foundling-") as made:
        for note in notes:
            yield Progress(station="versus", text=note)
        keep, place = open_keep(home, ledger), Path(made) / "taken"
        if wish.texts is not None:
            yield Progress(station="versus", text="taking new held-out text")
            add_texts(keep, wish.texts)
        if kinds[0] == "checkpoint":
            yield from hold_checkpoints(keep, wish.a, wish.b, asked, place)
        elif kinds[0] == "text":
            yield from hold_texts(keep, wish.a, wish.b, place, wish.peer)
        else:
            steps = wish.steps or STEPS
            if wish.minutes is not None:
                steps = yield from steps_in(keep, wish.minutes, wish.threads, place)
            wanted = Wanted(steps=steps, seeds=wish.seeds, threads=wish.threads, claim=wish.claim, bare=wish.bare)
            yield from hold_trainings(keep, wish.a, wish.b, wanted, place)
