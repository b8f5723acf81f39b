"""`foundling world`: options in, the village narrated, asked about, measured, watched or lived in, an exit code out."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from foundling.cli.showing import show, tell
from foundling.home import Home
from foundling.records import to_jsonable


def run(options: argparse.Namespace) -> int:
    """The word after `world`."""
    return _WORDS[options.word](options)


def _narrate(options: argparse.Namespace) -> int:
    from foundling.life.narrating import narrate_to
    from foundling.world import PLAIN, read_threads

    threads = read_threads(options.threads) if options.threads else ()
    shares = PLAIN if options.plain else None
    shown = show(narrate_to(options.out, options.tokens, options.seed, threads, shares))
    hint = f"Raise a being from it: foundling raise HOME --stories {options.out}"
    return tell(options, shown.facts, f"Told into {options.out}. {hint}")


def _ask(options: argparse.Namespace) -> int:
    from foundling.life.asking import ask_being, quiz

    if options.home:
        facts, words = ask_being(Home.open(options.home), seed=options.seed, count=options.count)
        return tell(options, facts, words)
    questions = list(quiz(options.seed, options.count))
    if options.json:
        print(json.dumps({"seed": options.seed, "questions": questions}))
        return 0
    for number, question in enumerate(questions, 1):
        print(f"\n{question['text'].strip()}\n\n{number}. {question['ask']}")
        for letter, option in zip("abcdef", question["options"], strict=False):
            print(f"   {letter}) {option}")
        print(f"   answer: {'abcdef'[question['answer']]}")
    return 0


def _scene(options: argparse.Namespace) -> int:
    from foundling.home import write_atomically
    from foundling.world.physics.scene import KIND_NAMES, make_scene

    if options.kind == "list":
        return tell(options, {"kinds": list(KIND_NAMES)}, " ".join(KIND_NAMES))
    scene = make_scene(options.kind, options.seed)
    if options.solid:
        from foundling.world.physics.solid import picture, png

        write_atomically(options.solid, png(picture(scene)))
    asked = [f"{q.ask} {' | '.join(q.options)}\n   answer: {q.options[q.answer]}" for q in scene.questions]
    facts = {
        "kind": scene.kind, "seed": scene.seed, "told": scene.told, "happened": scene.happened,
        "questions": [to_jsonable(question) for question in scene.questions],
    }
    return tell(options, facts, "\n\n".join([" ".join(scene.told), " ".join(scene.happened), "\n".join(asked)]))


def _measure(options: argparse.Namespace) -> int:
    from foundling.life.worth import measure, table

    shown = show(measure(options.words, options.seed, options.books, options.questions))
    return tell(options, shown.facts, table(shown.facts))


def _watch(options: argparse.Namespace) -> int:
    from foundling.server.watch import watch

    return watch(
        _company(options, options.home), port=options.port, open_browser=options.open, json_output=options.json
    )


def _play(options: argparse.Namespace) -> int:
    from foundling.cli.play import play

    return play(_company(options, options.home), options.speaker, json_output=options.json)


def _company(options: argparse.Namespace, home: Any) -> Any:
    """The village that was asked for, with its characters and the being that lives in it."""
    from foundling.life.casting import make_company

    return make_company(
        seed=options.seed, people=options.people, threads=options.threads, characters=options.characters, home=home,
        cast=options.cast,
    )


_WORDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "narrate": _narrate, "ask": _ask, "scene": _scene, "measure": _measure, "watch": _watch, "play": _play,
}
