"""A path in, a folder to work in with its lock held out. What is put into it is the business of whoever holds it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from foundling.home.files import plain_errors
from foundling.home.lock import LOCK, hold
from foundling.records import BadInput


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Make the folder where it is not there, and hold its lock for the length of a `with`.

    One that was made for this and got nothing, because what was asked was refused, is removed again. Raises BadInput
    when it cannot be a folder, may not be written or is held by another process.
    """
    try:
        with plain_errors(folder):
            fresh = not folder.exists()
            folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as fault:
        raise BadInput(f"{folder} is there and is no folder: give another name.") from fault
    try:
        with hold(folder):
            yield
    finally:
        if fresh and [entry.name for entry in folder.iterdir()] == [LOCK]:
            with suppress(OSError):  # somebody may have put something there meanwhile
                (folder / LOCK).unlink()
                folder.rmdir()
