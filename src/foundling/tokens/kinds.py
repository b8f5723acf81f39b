"""The kinds of tokenizer as values, and how each is made: training texts and a kind flow in, a `Tokenizer` flows out.

All kinds are lossless, by one argument: every text is first written in the 256 letters of the byte alphabet (GPT-2's),
each of these letters has an entry of its own, and a piece that a kind does not know is spelled in them. So no kind has
an unknown token, and bits per byte charges every kind for every byte. What a kind knows beyond letters is the kind:
merges (byte BPE), pieces with probabilities (unigram), longest pieces (WordPiece), whole words, whole characters, or
nothing (bytes). All but characters and bytes cut a text in the same words first (GPT-2's expression).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Backend

from foundling.records import SPECIALS, BadInput
from foundling.tokens.tokenizer import PIECE, Tokenizer, train_tokenizer
from foundling.tokens.unigram import train_unigram

ALPHABET = tuple(sorted(pre_tokenizers.ByteLevel.alphabet()))
JOIN = "\u203f"  # stands before a piece inside a word, in WordPiece; no letter of the byte alphabet, so no text has it
_LONGEST = 64  # letters that WordPiece looks at together: its search takes the square of them


@dataclass(frozen=True, kw_only=True)
class ByteBPE:
    """Pairs of pieces merged, the most frequent first (Sennrich et al. 2016, arXiv 1508.07909)."""

    vocabulary: int
    name: str = "byte BPE"


@dataclass(frozen=True, kw_only=True)
class Unigram:
    """The likeliest cut under one probability for each piece (Kudo 2018, arXiv 1804.10959)."""

    vocabulary: int
    name: str = "unigram"


@dataclass(frozen=True, kw_only=True)
class WordPiece:
    """The longest piece that fits, from the left (Wu et al. 2016, arXiv 1609.08144); two entries for each byte."""

    vocabulary: int
    name: str = "WordPiece"


@dataclass(frozen=True, kw_only=True)
class Words:
    """The most frequent words, with the space before them, as they are; any other word is spelled in bytes."""

    vocabulary: int
    name: str = "words"


@dataclass(frozen=True, kw_only=True)
class Characters:
    """Every character that stands at least twice in the training text; any other is spelled in bytes."""

    vocabulary: int
    name: str = "characters"


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """The 256 bytes; it learns nothing."""

    name: str = "bytes"

    @property
    def vocabulary(self) -> int:
        """The five special entries and the bytes."""
        return len(SPECIALS) + len(ALPHABET)


Kind = ByteBPE | Unigram | WordPiece | Words | Characters | Bytes
_BY_WORD: dict[str, Callable[[int], Kind]] = {
    "bpe": lambda size: ByteBPE(vocabulary=size), "unigram": lambda size: Unigram(vocabulary=size),
    "wordpiece": lambda size: WordPiece(vocabulary=size), "words": lambda size: Words(vocabulary=size),
    "characters": lambda size: Characters(vocabulary=size), "bytes": lambda size: Bytes(),
}
KINDS = tuple(_BY_WORD)


def kind_named(word: str, vocabulary: int) -> Kind:
    """The kind that a person names. Raises BadInput for another word, or a vocabulary too small for all bytes."""
    if word not in _BY_WORD:
        raise BadInput(f"There is no tokenizer of the kind {word!r}: choose from {', '.join(KINDS)}.")
    kind = _BY_WORD[word](vocabulary)
    least = len(SPECIALS) + len(ALPHABET) * (2 if isinstance(kind, WordPiece) else 1)
    if kind.vocabulary < least:
        raise BadInput(f"A vocabulary of {vocabulary} is too small for {kind.name}: every byte has its place in it, "
                       f"give at least {least}.")
    return kind


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    return (text[i:i + PIECE] for text in texts for i in range(0, len(text), PIECE))


def _byte_level() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.ByteLevel(add_prefix_space=False)


def _single_characters() -> pre_tokenizers.PreTokenizer:
    one = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    return pre_tokenizers.Sequence([one, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def _entries(learned: Iterable[str], vocabulary: int, letters: Iterable[str] = ALPHABET) -> dict[str, int]:
    """Entry -> id: the special tokens, the letters, then what was learned, in its order, as far as there is room."""
    fixed = dict.fromkeys((*SPECIALS, *letters))
    rest = (entry for entry in dict.fromkeys(learned) if entry not in fixed)
    return {entry: i for i, entry in enumerate([*fixed, *rest][:vocabulary])}


def _finished(
    model: models.Model, cut: pre_tokenizers.PreTokenizer, decoder: decoders.Decoder | None = None
) -> Tokenizer:
    """A model whose first entries are the special tokens, as a tokenizer."""
    backend = Backend(model)
    backend.pre_tokenizer = cut
    backend.decoder = decoder or decoders.ByteLevel()
    backend.add_special_tokens(list(SPECIALS))
    return Tokenizer(backend)


def _ranked(texts: Iterable[str], cut: pre_tokenizers.PreTokenizer, vocabulary: int) -> list[str]:
    """What the cut makes of the texts, the most frequent first, at least twice seen."""
    backend = Backend(models.WordLevel())
    backend.pre_tokenizer = cut
    trainer = trainers.WordLevelTrainer(vocab_size=vocabulary, min_frequency=2, show_progress=False)
    backend.train_from_iterator(_pieces(texts), trainer)
    found: dict[str, int] = backend.get_vocab()
    return sorted(found, key=lambda entry: found[entry])


def _whole(texts: Iterable[str], cut: pre_tokenizers.PreTokenizer, vocabulary: int) -> Tokenizer:
    """Whole pieces where they are known, else their letters: a BPE without merges does exactly that."""
    entries = _entries(_ranked(texts, cut, vocabulary), vocabulary)
    return _finished(models.BPE(vocab=entries, merges=[], ignore_merges=True), cut)


def _unigram(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    cut = _byte_level()
    words = Counter(word for piece in _pieces(texts) for word, _ in cut.pre_tokenize_str(piece))
    learned = train_unigram(words, ALPHABET, vocabulary - len(SPECIALS))
    lowest = min(score for _, score in learned) - 10.0  # never the best cut of anything
    # Six decimals are read back from JSON as they were written; sixteen are not, by the library's reader.
    pieces = [(piece, round(score, 6)) for piece, score in (*((special, lowest) for special in SPECIALS), *learned)]
    model = models.Unigram(pieces, unk_id=None, byte_fallback=False)
    return _finished(model, _byte_level())


def _wordpiece(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    cut = pre_tokenizers.Sequence([_byte_level(), pre_tokenizers.Split(Regex(rf"[\s\S]{{1,{_LONGEST}}}"), "isolated")])
    backend = Backend(models.WordPiece(unk_token=SPECIALS[0], continuing_subword_prefix=JOIN))
    backend.pre_tokenizer = cut
    # Letters are given their ids outright: the trainer would number them in the order of a hash table, and break ties
    # between equally frequent pairs by those numbers.
    letters = [*ALPHABET, *(JOIN + letter for letter in ALPHABET)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary, min_frequency=2, show_progress=False, special_tokens=[*SPECIALS, *letters],
        continuing_subword_prefix=JOIN,
    )
    backend.train_from_iterator(_pieces(texts), trainer)
    found: Mapping[str, int] = backend.get_vocab()
    entries = _entries(sorted(found, key=lambda entry: found[entry]), vocabulary, letters)
    model = models.WordPiece(vocab=entries, unk_token=JOIN, continuing_subword_prefix=JOIN,
                             max_input_chars_per_word=_LONGEST)
    return _finished(model, cut, decoders.Sequence([decoders.Replace(JOIN, ""), decoders.ByteLevel()]))


def make_tokenizer(texts: Iterable[str], kind: Kind) -> Tokenizer:
    """A tokenizer of a kind from training text only, with at most `kind.vocabulary` entries. Lossless."""
    match kind:
        case ByteBPE():
            return train_tokenizer(texts, kind.vocabulary)
        case Unigram():
            return _unigram(texts, kind.vocabulary)
        case WordPiece():
            return _wordpiece(texts, kind.vocabulary)
        case Words():
            return _whole(texts, _byte_level(), kind.vocabulary)
        case Characters():
            return _whole(texts, _single_characters(), kind.vocabulary)
        case Bytes():
            return _whole((), _single_characters(), kind.vocabulary)


def entries_of(tokenizer: Tokenizer) -> dict[str, Any]:
    """What a tokenizer consists of: entries, the longest of them in bytes, and its model's name, for people."""
    document = json.loads(tokenizer.files()["tokenizer.json"])
    vocab = document["model"]["vocab"]
    words = [row[0] if isinstance(row, list) else row for row in vocab]
    pieces = [word.removeprefix(JOIN) for word in words if word not in SPECIALS]
    return {"entries": tokenizer.vocabulary, "longest": max(map(len, pieces)), "model": document["model"]["type"]}
