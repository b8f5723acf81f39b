"""A home in, its data card and audit out: reports/audit.html, .md and .json. It changes nothing that a being reads."""

import json
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundling.corpus.audit import data_card, representation
from foundling.corpus.audit.markdown import markdown
from foundling.corpus.steps.personal import Personal
from foundling.evaluation.bias import BiasTable, bias_table
from foundling.evaluation.intervals import wilson
from foundling.home import Home, Ledger, write_atomically
from foundling.life.collecting import collected_stories
from foundling.life.dropping import drops_of
from foundling.life.pages.audit import AuditData, audit_figures, audit_page
from foundling.life.sifting import arrangement_of, parts_of
from foundling.life.stations import Done, recorded
from foundling.model import load_decoder
from foundling.records import BadInput, Progress, Story
from foundling.tokens import Tokenizer


def audit_home(
    home: Home, ledger: Ledger, bias: Path | None = None, generation: int | None = None
) -> Generator[Progress | Done]:
    """The card of what was cleaned (or collected, where nothing was cleaned yet), whom it tells of, and, with a folder
    of bias tests, what a generation makes of them. Raises BadInput without texts, or for a faulty folder."""
    if generation is not None and bias is None:
        raise BadInput("--generation says whom --bias measures: give the folder of bias tests too, or leave it out.")
    collected, cleaned = recorded(ledger, "collect"), recorded(ledger, "clean")
    if collected is None:
        raise BadInput(f"{home.path} has no texts yet: run `foundling collect {home.path}` first.")
    table: BiasTable | None = None
    notes: list[str] = []
    if bias is not None:
        yield Progress(station="audit", text="reading pairs of sentences")
        number, table = _biased(home, bias, generation)
        notes.append(f"The likelihoods are those of generation {number}.")
    if cleaned is None:
        notes.append("Nothing was cleaned yet: this is the text as it was collected.")

    def stories() -> Iterator[Story]:
        if cleaned is None:
            return collected_stories(home, collected["corpus"])
        row = arrangement_of(home, cleaned["text"])
        fallen = {copy["part"] for copy in row["copies"]}
        return (part for number, part in enumerate(parts_of(home, row["shards"])) if number not in fallen)

    yield Progress(station="audit", text="counting sources, licences and drops")
    found = {} if cleaned is None else {f"replaced {kind}": count for kind, count in cleaned["found"].items()}
    card = data_card(
        stories(), drops_of(home, ledger), {"sources given": ", ".join(collected["sources"])} | found,
        finder=Personal().found,
    )
    yield Progress(station="audit", text="counting who is told of")
    data = AuditData(
        name=home.name, card=card, representation=representation(stories()), bias=table,
        made=datetime.now(UTC).strftime("%Y-%m-%d"), notes=notes,
    )
    written = _write(home, data)
    facts = {
        "documents": card.documents, "bytes": card.bytes, "words": card.words, "unknown": len(card.unknown),
        "page": str(written["html"]), "markdown": str(written["md"]), "json": str(written["json"]),
    }
    yield Done(station="audit", facts=facts)


def _biased(home: Home, folder: Path, generation: int | None) -> tuple[int, BiasTable]:
    number = home.chosen(generation)
    place = home.generation(number)
    return number, bias_table(load_decoder(place), Tokenizer.load(place / "tokenizer.json"), folder)


def _write(home: Home, data: AuditData) -> dict[str, Path]:
    made: dict[str, Callable[[], Any]] = {
        "html": lambda: audit_page(data), "md": lambda: markdown(data.card, data.representation, bounds=wilson),
        "json": lambda: json.dumps(audit_figures(data), sort_keys=True, ensure_ascii=False, indent=1),
    }
    paths = {kind: home.reports / f"audit.{kind}" for kind in made}
    for kind, path in paths.items():
        write_atomically(path, made[kind]().encode("utf-8"))
    return paths
