"""What a person wants of the cleaning in, the steps in their order out, and a name for the wish by its content."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from foundling.corpus import cleaning
from foundling.corpus.steps.boilerplate import Boilerplate
from foundling.corpus.steps.casing import Casing, Plain
from foundling.corpus.steps.form import Form
from foundling.corpus.steps.kinds import EVERY, WEB
from foundling.corpus.steps.language import Language
from foundling.corpus.steps.leak import Unseen
from foundling.corpus.steps.length import Length
from foundling.corpus.steps.licence import Licensed
from foundling.corpus.steps.personal import Personal
from foundling.corpus.steps.quality import Quality
from foundling.corpus.steps.repair import Repair
from foundling.corpus.steps.repetition import Gross, Repetition
from foundling.corpus.steps.step import CleaningStep
from foundling.records import BadInput, content_hash, to_jsonable


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What to do with what was collected; as it stands it drops no story that a person would tell.

    languages: ISO 639-1, none: all; lower, plain: off, because case and punctuation carry meaning; quality: the kinds
    that Gopher's, C4's and FineWeb's rules hold for; licences: as `Licensed.allowed`, none: any; unseen:
    `fingerprints`.
    """

    languages: tuple[str, ...] = ()
    lower: bool = False
    plain: bool = False
    least_words: int = 0
    most_bytes: int = 16_000_000
    quality: Literal["web kinds", "all", "none"] = "web kinds"
    personal: bool = True
    licences: tuple[str, ...] = ()
    unlicensed: Literal["keep", "drop"] = "keep"
    unseen: bytes = b""


def steps_for(settings: Cleaning) -> tuple[CleaningStep, ...]:
    """The steps, cheap refusals first. The leak check sees the words as they were before personal data and case are
    gone.

    Raises BadInput when a setting has a value that it cannot have.
    """
    if settings.quality not in ("web kinds", "all", "none"):
        raise BadInput(f"Quality rules can hold for 'web kinds', 'all' or 'none', not for {settings.quality!r}.")
    if settings.least_words < 0 or settings.most_bytes < 0:
        raise BadInput("A bound of length cannot be negative: give 0 for no bound.")
    if strange := [code for code in settings.languages if not (len(code) in (2,
        3) and code.isalpha() and code.islower())]:
        raise BadInput(f"Languages are written as in ISO 639-1, such as en or de, not {strange[0]!r}.")
    steps: list[CleaningStep] = [
        Licensed(allowed=settings.licences, unknown=settings.unlicensed), Length(most_bytes=settings.most_bytes),
        Repair(), Form()]
    kinds = {"web kinds": WEB, "all": EVERY, "none": frozenset[str]()}[settings.quality]
    if kinds:
        steps += [Boilerplate(), Form()]
    steps += [Length(least_words=settings.least_words, most_bytes=0)] if settings.least_words else []
    steps += [Unseen(prints=settings.unseen)] if settings.unseen else []
    steps += [Personal()] if settings.personal else []
    steps += [Language(languages=settings.languages), Gross()]
    if kinds:
        steps += [Repetition(kinds=kinds), Quality(kinds=kinds)]
    steps += [Plain()] if settings.plain else []
    steps += [Casing()] if settings.lower else []
    # Other words may be seen in what is left: form and language are then asked once more, so that twice is as once.
    steps += [Form(), Language(languages=settings.languages)] if settings.plain or settings.lower else []
    return tuple(steps)


@cache
def _program() -> str:
    """Hash of the steps' own source and of the libraries they may call: another program is another cleaning."""
    here = Path(__file__).parent
    digest = sha256(Path(cleaning.__file__).read_bytes())
    for path in sorted(here.rglob("*.py")):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    for library in ("ftfy", "py3langid"):
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            digest.update(f"{library} none".encode())
    return digest.hexdigest()


def identity(settings: Cleaning) -> str:
    """sha256 of settings, steps' source and libraries: equal identities give equal bytes for equal stories."""
    rows = [(type(step).__name__, {k: v for k,
                                   v in vars(step).items() if k != "prints"}) for step in steps_for(settings)]
    plain = [(name, {k: sorted(v) if isinstance(v, frozenset) else v for k, v in row.items()}) for name, row in rows]
    return content_hash(to_jsonable([plain, sha256(settings.unseen).hexdigest(), _program()]))
