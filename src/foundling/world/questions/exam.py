"""A seed in, exam questions out that no narrated corpus holds: new names, new villages, kinds of scenes kept back."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from foundling.world.chance import Dice
from foundling.world.narrator.plot import cut, plots
from foundling.world.narrator.tell import tell
from foundling.world.physics.scene import HELD_OUT, KIND_NAMES, make_scene
from foundling.world.questions.asked import FAMILIES, Question
from foundling.world.questions.controls import Balance, balanced
from foundling.world.questions.families import ask
from foundling.world.questions.truth import Truth
from foundling.world.village import Village

_WORDS = Path(__file__).parents[1] / "village" / "words"
_MOST_VILLAGES = 60


@lru_cache(maxsize=1)
def new_names() -> tuple[str, ...]:
    """First names kept for exams: no narrated village has them."""
    return tuple(
        name for file in ("names-new-she.txt", "names-new-he.txt")
        for name in (_WORDS / file).read_text(encoding="utf-8").split()
    )


def examine_villages(seed: int, count: int, longest: int) -> Iterator[tuple[str, Question]]:
    """(text, question), told plainly, for up to `count` questions a family, balanced against surface guesses; texts
    of at most `longest` bytes. Families that stay short after many villages stay short."""
    balances: dict[str, Balance] = {}
    for number in range(_MOST_VILLAGES):
        dice = Dice(seed, "exam", number)
        history = Village(dice.randrange(2**31), people=dice.randrange(12, 31), names=new_names()).run(8)
        truth = Truth(history)
        for plot in dice.mixed(list(plots(history))):
            telling = tell(cut(plot, dice), "plain", dice.randrange(2**31))
            if len(telling.text.encode("utf-8")) > longest:
                continue
            wanted = [
                (telling, q) for q in ask(telling, dice.randrange(2**31), truth)
                if balances.get(q.family) is None or balances[q.family].n < count
            ]
            # One question of a family a story: what one telling says twice should not count twice.
            fresh = {question.family: (telling, question) for _, question in wanted}
            yield from ((t.text, q) for t, q in balanced(fresh.values(), balances))
        if all(family in balances and balances[family].n >= count for family in FAMILIES):
            return


def examine_physics(seed: int, count: int) -> Iterator[tuple[str, str, str, tuple[str, ...], int]]:
    """(family, text, ask, options, answer): `count` questions and `count` minimal pairs of new scenes of the kinds that
    are narrated, and as many of the kinds kept back ("new")."""
    for ending, kinds in (("", [k for k in KIND_NAMES if k not in HELD_OUT]), ("_new", list(HELD_OUT))):
        dice = Dice(seed, "exam physics", ending)
        for _ in range(count):
            scene = make_scene(dice.one(kinds), dice.randrange(2**31))
            question, pair, first = dice.one(scene.questions), dice.one(scene.pairs), dice.chance(0.5)
            yield f"physics{ending}", f"{' '.join(scene.told)}\n\n", question.ask, question.options, question.answer
            options = (pair.right, pair.wrong) if first else (pair.wrong, pair.right)
            yield f"physics_pairs{ending}", pair.context, "", options, 0 if first else 1
