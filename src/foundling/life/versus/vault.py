"""The vault of a home opened: what its ledger's promotions lead from and to flows in, a row of the ledger flows out.

Checkpoints are scored as in gate 1, recipes, corpora and programs trained anew as in a claim of gate 2, each on text
that no choice and no claim has touched. A person who has looked into a freeze says what was found, and that is a row
too. It decides nothing: the rule stands in `evaluation.versus.vault`.
"""

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundling.evaluation.versus.candidate import moved
from foundling.evaluation.versus.lots import lot
from foundling.evaluation.versus.vault import EVERY, Line, frozen, line, remaining
from foundling.home import Home
from foundling.life.stations import Done
from foundling.life.versus.checkpoints import Asked, Sides, take_both, weigh_both
from foundling.life.versus.holding import STEPS
from foundling.life.versus.keep import Keep, kept_generations, open_keep, record, record_word, vault_text, verdict_rows
from foundling.life.versus.proxy import steps_in
from foundling.life.versus.trainings import Wanted, contest_of, freeze
from foundling.records import BadInput, Progress


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a person typed. a, b: the first and the newest where the home does not keep them ("": it does); steps or
    minutes: of each training, as in the claims; bare: as of `Wanted`; found: what a person found, instead."""

    home: Path
    a: str = ""
    b: str = ""
    steps: int | None = None
    minutes: float | None = None
    threads: int = 1
    bare: bool = False
    found: str | None = None


def open_vault(asked: Opening) -> Generator[Progress | Done]:
    """Open it, or take a person's word. Raises BadInput while it is not due, and for others than it is opened for."""
    home = Home.open(asked.home)
    with home.locked() as notes, home.ledger() as ledger, tempfile.TemporaryDirectory(prefix="foundling-") as made:
        for note in notes:
            yield Progress(station="vault", text=note)
        keep = open_keep(home, ledger)
        why, left = frozen(keep.past), remaining(keep.past)
        if asked.found is not None:
            if not why and left:
                raise BadInput(f"Nothing is frozen in {home.path} and its vault is not due: there is nothing to lift.")
            row, told = record_word(keep, asked.found), list[str]()
        elif why:
            raise BadInput(why)
        elif left:
            raise BadInput(f"The vault of {home.path} is not due: {left} of {EVERY} confirmed promotions are still to "
                           "come, and what is opened often is no vault.")
        else:
            row, told = yield from _opened(keep, asked, Path(made) / "taken")
        yield Done(station="vault", facts={
            "home": str(home.path), "row": row, "frozen": frozen(keep.past), "verdict_number": len(keep.past),
            "notes": told,
        })


def _opened(
    keep: Keep, asked: Opening, place: Path
) -> Generator[Progress, None, tuple[dict[str, Any], list[str]]]:
    promoted = line(keep.past)
    assert promoted is not None  # it is due
    a, b = _meant(keep, promoted, asked)
    if promoted.kind == "checkpoint":
        return (yield from _checkpoints(keep, promoted, (a, b), asked, place)), []
    return (yield from _trainings(keep, promoted, (a, b), asked, place))


def _meant(keep: Keep, promoted: Line, asked: Opening) -> tuple[str, str]:
    """Paths of the first and the newest. Raises BadInput where the home does not keep them and none was typed."""
    if asked.a and asked.b:
        return asked.a, asked.b
    there = kept_generations(keep.home) if promoted.kind == "checkpoint" else {}
    if promoted.first in there and promoted.newest in there:
        return str(there[promoted.first]), str(there[promoted.newest])
    claims = f"verdicts {promoted.numbers[0]} to {promoted.numbers[-1]}"
    raise BadInput(
        f"The home does not keep both, the A of verdict {promoted.numbers[0]} and the B of verdict "
        f"{promoted.numbers[-1]} ({promoted.kind}): give them, `foundling vault {keep.home.path} A B`; where they are "
        f"lost, say so with --found-why, and {claims} stay untested."
    )


def _refuse_others(promoted: Line, first: str, newest: str) -> None:
    if (first, newest) != (promoted.first, promoted.newest):
        raise BadInput(
            f"A must be what verdict {promoted.numbers[0]} had as A ({promoted.first[:12]}) and B what verdict "
            f"{promoted.numbers[-1]} had as B ({promoted.newest[:12]}), byte for byte; these are {first[:12]} and "
            f"{newest[:12]}."
        )


def _checkpoints(
    keep: Keep, promoted: Line, pair: tuple[str, str], asked: Opening, place: Path
) -> Generator[Progress, None, dict[str, Any]]:
    """Nats of every document under both; no exam and no samples, for only a gain in likelihood was claimed."""
    began = time.monotonic()
    first, newest = take_both(*pair, place)
    _refuse_others(promoted, first.digest, newest.digest)
    seed = lot(keep.secret, "vault", len(keep.past), 2**31)
    sides = Sides(a=first, b=newest, seed=seed, name=None, train=())
    evidence = yield from weigh_both(sides, vault_text(keep), Asked(threads=asked.threads), place / "weighed")
    return record(keep, evidence, cost=time.monotonic() - began)


def _trainings(
    keep: Keep, promoted: Line, pair: tuple[str, str], asked: Opening, place: Path
) -> Generator[Progress, None, tuple[dict[str, Any], list[str]]]:
    """As many fresh runs of both as a claim has."""
    steps = asked.steps or STEPS
    if asked.minutes is not None:
        steps = yield from steps_in(keep, asked.minutes, asked.threads, place)
    wanted = Wanted(steps=steps, threads=asked.threads, bare=asked.bare)
    heldout = tuple(vault_text(keep).documents.values())
    contest, newest, vetoes = contest_of(keep, *pair, wanted, place, heldout)
    _refuse_others(promoted, contest.a.digest, contest.b.digest)
    if vetoes:
        raise BadInput(f"The vault was not opened: {vetoes[0]}")
    notes = []
    if verdict_rows(keep.ledger)[promoted.numbers[0] - 1]["inputs"].get("setting") != contest.inputs["setting"]:
        notes.append("These trainings are not set up as those of the claims were (steps, threads or the trainer's own "
                     "source): part of the difference may come from that.")
    seeds, half = contest.seeds("vault", 2 * contest.rules.incumbent), contest.rules.incumbent
    theirs = yield from contest.train("a", seeds[:half])
    ours = yield from contest.train("b", seeds[half:])
    if moved(newest, place / "again"):
        raise BadInput("The newest was changed while it was judged: the vault was not opened.")
    return freeze(contest, "vault", ours, theirs), notes
