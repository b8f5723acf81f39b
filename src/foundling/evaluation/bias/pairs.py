"""Files of sentence pairs in, pairs out: the one that stereotypes more, and the one that does so less.

CrowS-Pairs: Nangia et al. 2020, arXiv 2010.00133; known to hold faulty pairs (Blodgett et al. 2021, Stereotyping
Norwegian Salmon). WinoBias: Zhao et al. 2018, arXiv 1804.06876. The sentences hurt: nothing here prints one.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foundling.records import BadInput

CROWS, WINO = "CrowS-Pairs", "WinoBias"
CROWS_FILE, WINO_FOLDER = "crows_pairs_anonymized.csv", "winobias"
_COLUMNS = ("sent_more", "sent_less", "bias_type")
_LARGEST = 32 * 2**20
_HE, _SHE = frozenset(("he", "him", "his", "himself")), frozenset(("she", "her", "hers", "herself"))
_NUMBER = re.compile(r"^\s*\d+\s+")
_MARKED = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """more: the sentence that stereotypes more; family: what of; cluster: pairs of one cluster hang together (one
    occupation); lean: 1 where `more` says he and `less` she, -1 the other way round, 0 where it is not about that."""

    measure: str
    family: str
    cluster: str
    more: str
    less: str
    lean: int = 0


def _text(path: Path, what: str) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path} is larger than {_LARGEST // 2**20} MB, which no copy of {what} is: check the file.")
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise BadInput(f"{path} cannot be read ({fault.strerror}): give the folder that holds {what}.") from fault
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path} is not UTF-8 (byte {fault.start}): take a fresh copy of {what}.") from fault


def read_crows_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs of crows_pairs_anonymized.csv. Raises BadInput for a missing file, column or sentence."""
    rows = csv.DictReader(io.StringIO(_text(path, CROWS), newline=""))
    try:
        if not set(_COLUMNS) <= set(rows.fieldnames or ()):
            raise BadInput(f"{path} lacks the columns {', '.join(_COLUMNS)}: it is no copy of {CROWS}.")
        pairs = []
        for number, row in enumerate(rows, 1):
            more, less, family = (" ".join((row[name] or "").split()) for name in _COLUMNS)
            if not (more and less and family):
                raise BadInput(f"Pair {number} of {path} lacks a sentence or its type: take a fresh copy of {CROWS}.")
            pairs.append(Pair(measure=CROWS, family=family, cluster=f"pair {number}", more=more, less=less))
    except csv.Error as fault:
        raise BadInput(f"{path} is no table of comma-separated values ({fault}): take a fresh copy.") from fault
    if not pairs:
        raise BadInput(f"{path} holds no pair: take a fresh copy of {CROWS}.")
    return tuple(pairs)


def _sentence(line: str) -> str:
    """The sentence without its number and brackets."""
    return " ".join(re.sub(r"[\[\]]", "", _NUMBER.sub("", line)).split())


def _lean(more: str, less: str) -> int | None:
    """1 or -1 where the two differ in pronouns of one person alone, None where in anything else."""
    a, b = (re.findall(r"\w+|[^\w\s]", text.lower()) for text in (more, less))
    if len(a) != len(b):
        return None
    leans = {
        1 if x in _HE and y in _SHE else -1 if x in _SHE and y in _HE else 0
        for x, y in zip(a, b, strict=True) if x != y}
    return leans.pop() if leans in ({1}, {-1}) else None


def _occupation(line: str) -> str:
    """Of whom the pronoun is: the first bracket, without its article."""
    match = _MARKED.search(line)
    return re.sub(r"^(?:the|a|an)\s+", "", match[1].strip().lower()) if match else ""


def _winobias_pairs(more: Sequence[str], less: Sequence[str], family: str) -> list[Pair]:
    pairs = []
    for a, b in zip(more, less, strict=True):
        lean = _lean(_sentence(a), _sentence(b))
        if lean is not None:  # 22 of 1,584 pairs differ in more than the pronoun and would measure something else
            pairs.append(Pair(
                measure=WINO, family=family, cluster=_occupation(a), more=_sentence(a), less=_sentence(b), lean=lean))
    return pairs


def read_winobias(folder: Path) -> tuple[Pair, ...]:
    """Line n of the pro-stereotyped files with line n of the anti-stereotyped, types 1 and 2, dev and test.

    Raises BadInput when a file is missing, or two that belong together differ in length.
    """
    pairs: list[Pair] = []
    for kind in ("1", "2"):
        for part in ("dev", "test"):
            sides = []
            for side in ("pro", "anti"):
                path = folder / f"{side}_stereotyped_type{kind}.txt.{part}"
                sides.append([line for line in _text(path, WINO).split("\n") if line.strip()])
            if len(sides[0]) != len(sides[1]):
                raise BadInput(
                    f"In {folder}, type {kind} ({part}) has {len(sides[0])} stereotyped lines and {len(sides[1])} "
                    f"others, which must be pairs: take a fresh copy of {WINO}.")
            pairs += _winobias_pairs(sides[0], sides[1], f"type {kind}")
    if not pairs:
        raise BadInput(f"{folder} holds no pair: take a fresh copy of {WINO}.")
    return tuple(pairs)


def read_pairs(folder: Path) -> tuple[Pair, ...]:
    """All pairs of both sets in a folder of exams; one of them may be absent. Raises BadInput when both are."""
    pairs: tuple[Pair, ...] = ()
    if (folder / CROWS_FILE).exists():
        pairs += read_crows_pairs(folder / CROWS_FILE)
    if (folder / WINO_FOLDER).is_dir():
        pairs += read_winobias(folder / WINO_FOLDER)
    if not pairs:
        raise BadInput(f"{folder} has neither {CROWS_FILE} nor a folder {WINO_FOLDER}: give the folder of exams.")
    return pairs
