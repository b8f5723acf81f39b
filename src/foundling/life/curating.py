"""A person's wish and a home's clean text in; a chosen training text, the reasons and a page out.

Chosen is from the training split alone, so that what is held out for the judge is the same whatever is chosen.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from foundling.corpus.curation import Wish, choose
from foundling.corpus.portrait import Portrait, draw, feelings
from foundling.home import Home, Ledger, write_atomically
from foundling.life.pages.curation import CurationData, curation_page
from foundling.life.sifting import ARRANGEMENT, arrangement_of, chosen_splits
from foundling.life.stations import Done, recorded
from foundling.life.village import TOKEN_BYTES
from foundling.records import BadInput, Progress, Story, canonical_json, to_jsonable

_TOLD = 50  # stories between two words of progress


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """What a person typed: so many reference tokens, an objective; pins and bans are titles, with * for any letters,
    or beginnings of ids; feelings: a folder with GoEmotions, on which a reader of feelings is trained first."""

    tokens: int
    objective: str = "balanced"
    pins: tuple[str, ...] = ()
    bans: tuple[str, ...] = ()
    feelings: Path | None = None


def _meant(patterns: Sequence[str], portraits: Sequence[Portrait], what: str) -> tuple[str, ...]:
    """Ids of the stories that the patterns mean, in the pool's order. Raises BadInput for one that means none."""
    found: dict[str, None] = {}
    for pattern in patterns:
        low = pattern.casefold()
        mine = [p.id for p in portraits if fnmatchcase(p.title.casefold(), low)
                or (len(pattern) >= 6 and p.id.startswith(low))]
        if not mine:
            raise BadInput(f"No story of the training text has the title or id {pattern!a}, which --{what} names.")
        found |= dict.fromkeys(mine)
    return tuple(found)


def choose_text(home: Home, ledger: Ledger, wanted: Choosing) -> Generator[Progress | Done]:
    """Choose, write reports/curation.html and .json, and record what `prepare` reads from now on.

    Raises BadInput before anything is cleaned, after the being has read its text, and as `choose` does.
    """
    cleaned = recorded(ledger, "clean")
    if cleaned is None:
        raise BadInput(f"The texts of {home.path} are not clean yet: run `foundling prepare {home.path}` first.")
    _refuse_read(home, ledger)
    yield Progress(station="curate", text="reading")
    row = arrangement_of(home, cleaned["text"])
    parts = chosen_splits(home, cleaned["text"])["train"]
    numbers: list[int] = row["splits"]["train"]
    classifier = None
    if wanted.feelings is not None:
        yield Progress(station="curate", text="learning to read feelings")
        classifier = feelings.train(wanted.feelings)
    portraits: list[Portrait] = []
    for number, part in enumerate(parts):
        portraits.append(draw(part, classifier))
        if number % _TOLD == 0:
            yield Progress(station="curate", text="reading stories", done=number, total=len(parts))
    yield Progress(station="curate", text="choosing")
    wish = Wish(
        budget=round(wanted.tokens * TOKEN_BYTES), objective=wanted.objective,
        pins=_meant(wanted.pins, portraits, "pin"), bans=_meant(wanted.bans, portraits, "ban"),
    )
    choice = choose(portraits, [part.bytes for part in parts], wish)
    if not choice.chosen:
        raise BadInput(f"No story fits {wanted.tokens:,} tokens and what is banned: give more tokens, or ban less.")
    chosen = sorted(choice.chosen)
    row["splits"]["train"] = [numbers[place] for place in chosen]
    address = home.commit_new("corpus/clean", {
        ARRANGEMENT: canonical_json(row), "choice.json": canonical_json(to_jsonable(choice)),
    })
    page = _write_page(home, portraits, parts, CurationData(
        title=f"What {home.name} shall read", portraits=portraits, choice=choice,
        made=datetime.now(UTC).strftime("%Y-%m-%d"),
    ))
    facts = {
        "text": address, "of": cleaned["text"], "chosen": len(chosen), "pool": len(parts), "bytes": choice.used,
        "reference_tokens": round(choice.used / TOKEN_BYTES), "worth": choice.worth, "objective": wish.objective,
        "page": str(page),
    }
    ledger.append("curate", data={key: value for key, value in facts.items() if key != "page"})
    yield Done(station="curate", facts=facts)


def _write_page(home: Home, portraits: Sequence[Portrait], parts: Sequence[Story], data: CurationData) -> Path:
    """The page, and beside it every portrait and reason as JSON."""
    page = home.reports / "curation.html"
    rows = [to_jsonable(placed) | {"portrait": to_jsonable(portrait), "source": part.source}
            for placed, portrait, part in zip(data.choice.placed, portraits, parts, strict=True)]
    write_atomically(home.reports / "curation.json", canonical_json({"wish": data.choice.wish, "stories": rows}))
    write_atomically(page, curation_page(data).encode("utf-8"))
    return page


def _refuse_read(home: Home, ledger: Ledger) -> None:
    if recorded(ledger, "pretrain") is not None:
        raise BadInput(f"{home.path} has read its text already: a choice made now could not reach it.")


def forget_choice(home: Home, ledger: Ledger) -> None:
    """`prepare` reads everything again. Raises BadInput after the being has read its text."""
    _refuse_read(home, ledger)
    ledger.append("curate", data={"text": "", "of": ""})
