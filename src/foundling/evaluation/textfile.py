"""Bits per byte of a person's own text file under one generation: two paths flow in, scores flow out."""

from pathlib import Path

from foundling.evaluation.likelihood import likelihood_scores, score_text, uniform_test
from foundling.model import load_decoder
from foundling.records import BadInput, Score
from foundling.tokens import Tokenizer

LARGEST = 16 * 2**20
BATCH = 16


def read_text(path: Path) -> str:
    """The file as UTF-8, line ends as they are, without a byte-order mark.

    Raises BadInput when it is missing, no file, empty, larger than 16 MB, binary, or in another encoding.
    """
    try:
        if not path.is_file():
            raise BadInput(f"There is no file {path}: give the path of a text file.")
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST // 2**20} MB: give a part of it.")
        raw = path.read_bytes()
    except (OSError, ValueError) as fault:
        raise BadInput(f"{str(path)!a} cannot be read ({fault}): check the path and its permissions.") from fault
    if b"\0" in raw:
        raise BadInput(f"{path} is no text but binary data: give a plain text file in UTF-8.")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8 at byte {fault.start}: save it as UTF-8 and try again.") from fault
    if not text.strip():
        raise BadInput(f"{path} has no words in it: give a file with some text.")
    return text


def score_file(generation: Path, text_path: Path, stride: int) -> tuple[Score, ...]:
    """bits_per_byte and perplexity of the whole file as one document; one document has no interval.

    Raises BadInput for a file that is no UTF-8 text, a damaged generation, or a stride outside 1..context.
    """
    text = read_text(text_path)
    tokenizer, model = Tokenizer.load(generation / "tokenizer.json"), load_decoder(generation)
    uniform_test(text[:200])
    return likelihood_scores(score_text(model, tokenizer, [text], stride=stride, batch=BATCH), seed=0)
