"""A process to be killed: does one scenario on a home and prints a line for everything that it was told is durable.

Run as `python crash_worker.py SCENARIO HOME [NUMBER]`; the tests say with FOUNDLING_CRASH_AT where it ends.
"""

import itertools
import os
import resource
import sys
from pathlib import Path

from foundling.home import Home, Ledger, commit_folder, remove_folder, temporary, write_atomically, write_folder
from foundling.records.errors import BadInput

OLD = {"weights.bin": b"old" * 500, "sub/card.json": b'{"age": "old"}'}
NEW = {"weights.bin": b"new" * 700, "sub/card.json": b'{"age": "new"}', "extra.json": b"{}"}


def told(word: object) -> None:
    os.write(1, f"{word}\n".encode())


def one(scenario: str, path: Path) -> None:
    if scenario == "create":
        Home.create(path, "Wren", "2026-01-01", {"size": "tiny"})
        return
    home = Home.open(path)
    with home.locked():
        if scenario == "file":
            write_atomically(home.reports / "page.html", b"new")
        elif scenario == "save":
            write_folder(home.generation(1), NEW)
        elif scenario == "replace":
            write_folder(home.generation(0), NEW, replace=True)
        elif scenario == "commit":
            made = temporary(home.generation(1))
            for name, data in NEW.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                (made / name).write_bytes(data)
            commit_folder(made, home.generation(1))
        elif scenario == "remove":
            remove_folder(home.generation(0))
        elif scenario == "append":
            with home.ledger() as ledger:
                ledger.append("turn", key="crash", speaker="Ada", text="Good evening.")


def endless(path: Path, start: int) -> None:
    """Everything that a living home does, over and over, until killed. A number is told when its round is durable."""
    home = Home.open(path)
    with home.locked(), home.ledger() as ledger:
        for number in itertools.count(start):
            body = {"weights.bin": bytes([number % 256]) * 40_000, "state.json": str(number).encode()}
            write_folder(home.reports / "state", body, replace=True)
            home.commit_new("corpus/new", {"story.txt": f"round {number % 5}".encode()})
            manifest = write_folder(home.generation(number), body)
            ledger.append("generation", key=f"generation:{number}", data={"n": number, "manifest": manifest})
            told(number)
            for old in home.generations()[:-3]:
                ledger.append("generation-removed", key=f"removed:{old}", data={"n": old})
                remove_folder(home.generation(old))


def main(scenario: str, path: Path, number: int) -> None:
    if scenario == "hold":
        with Home.open(path).locked():
            told(os.getpid())
            sys.stdin.read()
    elif scenario == "endless":
        endless(path, number)
    elif scenario == "append-many":
        with Ledger.open(path / "life.db") as ledger:
            for i in range(number):
                ledger.append("turn", speaker="Ada", text=f"{os.getpid()} says {i}")
    elif scenario == "limited":  # a file size limit stands in for a full disk: the write itself fails, halfway
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            write_folder(path / "generations" / "1", {"small.bin": b"x" * 1000, "big.bin": b"x" * 1_000_000})
        except BadInput as exc:
            told(exc)
    else:
        one(scenario, path)
        told("done")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
