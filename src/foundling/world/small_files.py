"""A path to a small text from outside in, its text out; everything else is refused in a sentence. It parses nothing."""

from pathlib import Path

from foundling.records import BadInput

LARGEST = 1_000_000  # bytes


def read_small(path: Path, known_as: str) -> str:
    """The text of a plain UTF-8 file of at most a megabyte, line ends as line feeds.

    Raises BadInput, naming the file as `known_as`, for anything else.
    """
    try:
        if not path.is_file():  # a pipe would be waited for, a folder is no text
            raise BadInput(f"{known_as} is no plain file that can be read: give a text there.")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{known_as} cannot be read: check the path and its permissions.") from error
    if len(data) > LARGEST:
        raise BadInput(f"{known_as} is over a megabyte: give less text.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(f"{known_as} is not UTF-8 text: save it as UTF-8.") from error
