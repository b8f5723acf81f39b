"""What can be typed after `foundling world`: its words, each with options and an example. It does nothing itself."""

import argparse
from collections.abc import Callable
from pathlib import Path

from foundling.cli.values import count, folder, page, port, seed, tokens

Add = Callable[[str, str, str], argparse.ArgumentParser]

_SEED = "of the village: the same seed, the same village (default: 0)"


def _village(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=seed, default=0, help=_SEED)
    command.add_argument("--people", type=count, default=30, help="villagers, 12 to 60 (default: 30)")
    command.add_argument(
        "--threads", type=Path, metavar="FILE",
        help="happenings from outside: a text file, a line each, or a feed (RSS, Atom)",
    )
    command.add_argument("--characters", type=Path, metavar="DIR", help="folders of characters who live in it too")


def add_world(add: Add) -> None:
    """Every word of `foundling world`, made by `add(word, what, example)`."""
    narrate = add(
        "narrate", "tell stories of villages into a new folder, one a file",
        "foundling world narrate --tokens 5M --seed 7 --out village-stories",
    )
    narrate.add_argument(
        "--tokens", type=tokens, default=200_000, help="how much: 5M, 200k (default: 200k), 4.03 bytes each"
    )
    narrate.add_argument("--seed", type=seed, default=0, help=_SEED)
    narrate.add_argument("--plain", action="store_true", help="plain tellings, questions and physics: to learn answers")
    narrate.add_argument("--out", type=folder, required=True, metavar="DIR", help="a folder that is not there yet")
    narrate.add_argument("--threads", type=Path, metavar="FILE", help="happenings from outside that villagers talk of")

    ask = add("ask", "ask about a story of the village, a person or a being", "foundling world ask --seed 3 --count 5")
    ask.add_argument("--seed", type=seed, default=0, help=_SEED)
    ask.add_argument("--count", type=count, default=10, help="questions (default: 10)")
    ask.add_argument("--home", type=folder, metavar="HOME", help="ask this being, by likelihood: what does it know?")

    scene = add(
        "scene", "show a scene of falling, rolling, floating things, what happened and what one may ask",
        "foundling world scene tower --seed 3",
    )
    scene.add_argument("kind", metavar="KIND", help="a kind of scene; `list` names them all")
    scene.add_argument("--seed", type=seed, default=0, help="of the scene (default: 0)")
    scene.add_argument("--solid", type=page, metavar="FILE", help="also a picture in 3-D, PNG (needs mujoco)")

    measure = add(
        "measure", "measure what the narrated stories are worth: diversity and truth",
        "foundling world measure --words 200000",
    )
    measure.add_argument("--words", type=tokens, default=1_000_000, help="narrated words (default: 1M)")
    measure.add_argument("--seed", type=seed, default=0, help=_SEED)
    measure.add_argument("--books", type=Path, metavar="DIR", help="a folder of .txt to hold them against")
    measure.add_argument("--questions", type=count, default=2000, help="questions to re-derive (default: 2000)")

    watch = add("watch", "open a page with the village drawn live", "foundling world watch --seed 4 --open")
    watch.add_argument("home", type=folder, nargs="?", metavar="HOME", help="a being that lives in it as a villager")
    _village(watch)
    watch.add_argument("--cast", metavar="NAME", help="the villager or character that the being plays")
    watch.add_argument("--port", type=port, default=8421, help="on 127.0.0.1; 0 takes any free one (default: 8421)")
    watch.add_argument("--open", action="store_true", help="open the page in the browser")

    play = add("play", "be a villager yourself, in the terminal", "foundling world play --seed 4 --as Ada")
    _village(play)
    play.add_argument("--as", dest="speaker", default="Visitor", help="your name in the village (default: Visitor)")
    play.add_argument("--home", type=folder, metavar="HOME", help="a being that lives in it as a villager")
    play.add_argument("--cast", metavar="NAME", help="the villager or character that the being plays")
