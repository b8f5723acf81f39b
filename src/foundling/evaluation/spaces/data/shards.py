"""Documents in, packed shards of token ids in one folder out, as training reads them, with whose words they are.

The folder appears whole or not at all, with its manifest (`home.files`). Shards are those of `tokens.packing`, of about
eight megabytes of text each, so that a corpus of any size needs the memory of one.
"""

import shutil
from pathlib import Path
from typing import Any

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.form import Document
from foundling.home.files import commit_folder, plain_errors, temporary
from foundling.records import BadInput, canonical_json, content_hash
from foundling.tokens import Tokenizer, shard_files

SHARD_BYTES = 8_000_000
INDEX, ROWS = "index.json", "documents.jsonl"
PARTS = (INDEX, ROWS, "manifest.json", "tokenizer.json")  # by these a compiled corpus is known


class Packing:
    """Takes documents, writes shards beside the final folder; `commit` gives them its name, `drop` removes them."""

    def __init__(self, out: Path, tokenizer: Tokenizer) -> None:
        """Raises BadInput when something else than a compiled corpus has that name, or it cannot be written."""
        if out.exists() and not all((out / name).is_file() for name in PARTS):
            raise BadInput(f"{out} is there and is no compiled corpus: give a new folder to --out.")
        self.out, self._tokenizer, self._made = out, tokenizer, temporary(out)
        self._held: list[tuple[list[int], list[bool]]] = []
        self._bytes, self._shards, self._tokens, self._documents, self._all = 0, list[str](), 0, 0, 0
        with plain_errors(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self._made, ignore_errors=True)
            self._made.mkdir()
            self._rows = (self._made / ROWS).open("wb")

    def put(self, document: Document, bench: Bench) -> None:
        """One document more; a shard is written when it is full."""
        ids, story = bench.ids(document), document.story
        with plain_errors(self.out):
            self._rows.write(canonical_json({
                "id": story.id, "title": story.title, "file": document.mark.file, "line": document.mark.line,
                "form": story.form, "people": [speaker.name for speaker in document.speakers],
                "source": document.provenance.source, "origin": story.origin, "parent": document.provenance.parent,
                "simulated": story.simulated, "shard": len(self._shards), "tokens": len(ids),
            }))
        self._held.append((ids, [True] * len(ids)))
        self._bytes += story.bytes
        self._tokens, self._documents, self._all = self._tokens + len(ids), self._documents + 1, self._all + story.bytes
        if self._bytes >= SHARD_BYTES:
            self._write()

    def _write(self) -> None:
        prefix = f"train-{len(self._shards):04d}"
        with plain_errors(self.out):
            for name, data in shard_files(self._held, prefix, self._bytes).items():
                (self._made / name).write_bytes(data)
        self._shards.append(prefix)
        self._held, self._bytes = [], 0

    def commit(self) -> dict[str, Any]:
        """The folder under its final name; what is in it."""
        if self._held:
            self._write()
        with plain_errors(self.out):
            self._rows.close()
        files = self._tokenizer.files()
        facts = {
            "format": 1, "shards": self._shards, "documents": self._documents, "tokens": self._tokens,
            "text_bytes": self._all, "tokenizer": content_hash(files["tokenizer.json"]),
        }
        with plain_errors(self.out):
            for name, data in (files | {INDEX: canonical_json(facts)}).items():
                (self._made / name).write_bytes(data)
        manifest = commit_folder(self._made, self.out, replace=True)
        return facts | {"folder": str(self.out), "manifest": manifest}

    def drop(self) -> None:
        """Nothing is left."""
        self._rows.close()
        shutil.rmtree(self._made, ignore_errors=True)
