"""Gather, look at, choose, audit and plan: options in, stations run and shown, an exit code out."""

import argparse
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from foundling.cli.showing import Shown, show, tell
from foundling.home import Home, Ledger

Station = Callable[[Home, Ledger], Generator[Any]]


def at(options: argparse.Namespace, station: Station) -> Shown:
    """A station of an existing home, its lock held."""
    home = Home.open(options.home)
    with home.locked() as notes, home.ledger() as ledger:
        for note in notes:
            print(note, file=sys.stderr)
        return show(station(home, ledger))


def add_sources(options: argparse.Namespace) -> int:
    """`collect` on a home that has texts already: the new sources beside them."""
    from foundling.life.collecting import Wanted, add
    from foundling.records import Origin

    terms = Origin(licence=options.licence, consent=options.consent, author=options.author)
    wanted = Wanted(sources=tuple(options.sources), terms=terms, column=options.column)
    shown = at(options, lambda home, ledger: add(home, ledger, wanted))
    facts = {"home": str(options.home), "station": "collect", "seconds": shown.seconds} | shown.facts
    new = shown.facts.get("new_stories", 0)
    words = f"{new:,} new texts." if new else "Nothing new: all of it was here already."
    late = " The being has read its text already: they wait in the home." if shown.facts.get("too_late") else ""
    return tell(options, facts, words + late)


def cleaning_of(options: argparse.Namespace) -> Any:
    """How a person asked for texts to be cleaned; None where no option said anything: what was asked before holds."""
    given = {key: getattr(options, key, None) or None for key in (
        "language", "lower", "plain", "quality", "least_words", "licences", "keep_personal", "keep_out"
    )}
    if not any(given.values()):
        return None
    from foundling.life.sifting import Asked

    return Asked(
        languages=tuple(given["language"] or ()), lower=bool(given["lower"]), plain=bool(given["plain"]),
        quality=given["quality"] or "web", least_words=given["least_words"] or 0,
        licences=tuple(given["licences"] or ()), personal=not given["keep_personal"],
        keep_out=tuple(str(path) for path in given["keep_out"] or ()),
    )


def dropped(options: argparse.Namespace) -> int:
    """What fell and why; or put it back."""
    from foundling.life.dropping import put_back, table, what_fell

    if options.restore:
        home = Home.open(options.home)
        with home.locked(), home.ledger() as ledger:
            titles = put_back(home, ledger, options.restore)
        words = f"Put back: {', '.join(titles)}. Run `foundling prepare {options.home}` to read them."
        return tell(options, {"home": str(options.home), "restored": titles}, words)
    home = Home.open(options.home)
    with home.ledger() as ledger:
        facts = what_fell(home, ledger, options.step, options.count)
    return tell(options, {"home": str(options.home)} | facts, table(facts))


def curate(options: argparse.Namespace) -> int:
    """Choose, or forget the choice."""
    from foundling.life.curating import Choosing, choose_text, forget_choice

    if options.off:
        home = Home.open(options.home)
        with home.locked(), home.ledger() as ledger:
            forget_choice(home, ledger)
        return tell(options, {"home": str(options.home)}, "The choice is forgotten: `foundling prepare` reads all.")
    wish = Choosing(
        tokens=options.tokens, objective=options.objective, pins=tuple(options.pin), bans=tuple(options.ban),
        feelings=options.feelings,
    )
    shown = at(options, lambda home, ledger: choose_text(home, ledger, wish))
    facts = {"home": str(options.home), "seconds": shown.seconds} | shown.facts
    return tell(options, facts, f"Chosen. The page: {shown.facts['page']}; then: foundling prepare {options.home}")


def audit(options: argparse.Namespace) -> int:
    """The data card, and how biased the being's likelihoods are."""
    from foundling.life.auditing import audit_home

    shown = at(options, lambda home, ledger: audit_home(home, ledger, options.bias, options.generation))
    facts = {"home": str(options.home), "seconds": shown.seconds} | shown.facts
    return tell(options, facts, f"Written: {shown.facts['page']}, {shown.facts['markdown']}, {shown.facts['json']}")


def race(options: argparse.Namespace) -> int:
    """Cleaning beside datatrove's."""
    from foundling.life.racing import race_texts, table

    facts = show(race_texts(options.texts, options.megabytes)).facts
    return tell(options, {"bench": facts["rows"]} | facts, table(facts))


def plan(options: argparse.Namespace) -> int:
    """Feasible or folly."""
    from foundling.home import write_atomically
    from foundling.life.feasibility import Wanted, check, consider, survey
    from foundling.life.feasibility_proof import calibrate, proof_table
    from foundling.life.pages.plan import plan_page, plan_table

    wanted = Wanted(
        sources=tuple(options.sources), minutes=options.minutes, size=options.size, tokens=options.tokens,
        gpu_price=options.gpu_price, watts=options.watts, price_per_kwh=options.kwh_price, hope=options.hope,
    )
    check(wanted)
    proof: dict[str, Any] = {}
    if options.calibrate:
        _, fingerprint = survey(wanted.sources)
        proof = {"calibration": show(calibrate(wanted.sources, fingerprint, seed=options.seed)).facts["proof"]}
    shown = show(consider(wanted, Path.cwd()))
    write_atomically(options.out, plan_page(shown.facts).encode("utf-8"))
    facts = shown.facts | proof | {"seconds": shown.seconds, "page": str(options.out)}
    proven = f"\n\n{proof_table(proof['calibration'])}" if proof else ""
    return tell(options, facts, f"{plan_table(shown.facts)}{proven}\n\nThe page: {options.out}")
