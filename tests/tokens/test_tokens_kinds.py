"""Every kind of tokenizer: lossless on any text, no special id from text, the same in every process, read by others."""

import hashlib
import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from foundling.records import SPECIALS, BadInput
from foundling.tokens import KINDS, Tokenizer, kind_named, make_tokenizer
from foundling.tokens.kinds import ALPHABET, JOIN, entries_of
from foundling.tokens.unigram import train_unigram

SIZE = 700
TEXTS = [
    "The fox said: the café is shut, the café is dark. The hedgehog 🦔 saw the hedgehog 🦔 and the lamps.\n\n" * 3,
    "The lamps of the lower lane were lit; the lamplighter said that the lamps were low. I'll go, he'll go.\n" * 3,
    "Aaaaah! 1234567890 and ---------- and the rest of the café ‿ of the fox.",
]
QUICK = settings(max_examples=120, deadline=None, database=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])
ANY = st.text(st.characters(exclude_categories=["Cs"]))
PIECES = st.sampled_from([
    *SPECIALS, "<|", "|>", "\0", " ", "  ", "\n", "é", "e\u0301", "🦔", "\ufffd", JOIN, "##a", "Ġ", "Ċ", "<0x41>",
    "the lamps", "café", "a" * 80, "\r\n",
])
HOSTILE = st.lists(PIECES | ANY, max_size=8).map("".join)


def made(word: str) -> Tokenizer:
    return make_tokenizer(TEXTS, kind_named(word, SIZE))


ALL = {word: made(word) for word in KINDS}


@pytest.mark.parametrize("word", KINDS)
@QUICK
@given(text=HOSTILE)
@example(text="")
@example(text="".join(SPECIALS))
@example(text=JOIN * 3 + "a" + JOIN)
@example(text="b" * 3000)
def test_any_text_comes_back_and_holds_no_special_id(word, text):
    tokenizer = ALL[word]
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(len(SPECIALS) <= i < tokenizer.vocabulary for i in ids)


@pytest.mark.parametrize("word", KINDS)
def test_every_byte_has_an_entry_and_no_text_needs_more_ids_than_bytes(word):
    tokenizer = ALL[word]
    assert tokenizer.vocabulary <= SIZE
    for value in range(256):
        alone = bytes([value]).decode("latin-1")
        assert len(tokenizer.encode(alone)) <= len(alone.encode("utf-8"))
    vocab = json.loads(tokenizer.files()["tokenizer.json"])["model"]["vocab"]
    entries = {row[0] if isinstance(row, list) else row for row in vocab}
    assert set(ALPHABET) | set(SPECIALS) <= entries and len(entries) == tokenizer.vocabulary


def test_kinds_know_what_their_names_say():
    text = " the lamps 🦔"
    pieces = {word: [t.decode([i]) for i in t.encode(text)] for word, t in ALL.items()}
    assert pieces["words"][:2] == [" the", " lamps"]
    assert pieces["characters"] == list(text)
    assert pieces["bytes"] == [*" the lamps ", *["\ufffd"] * 4]
    assert "".join(pieces["wordpiece"]).startswith(" the lamps") and len(pieces["wordpiece"]) < 8
    assert len(pieces["bpe"]) <= 4 and len(pieces["unigram"]) <= 4
    unknown = ALL["words"].encode("zyx")
    assert [ALL["words"].decode([i]) for i in unknown] == ["z", "y", "x"]
    assert ALL["bytes"].vocabulary == 261 < ALL["characters"].vocabulary < SIZE


@pytest.mark.parametrize("word", KINDS)
def test_saved_and_loaded_it_is_the_same(word, tmp_path):
    for name, data in ALL[word].files().items():
        (tmp_path / name).write_bytes(data)
    again = Tokenizer.load(tmp_path / "tokenizer.json")
    text = "The fox, <|turn|> é‿ \0 🦔 and the lamplighter's aaaaa"
    assert again.files() == ALL[word].files() and again.encode(text) == ALL[word].encode(text)
    assert again.decode(again.encode(text)) == text


@pytest.mark.parametrize("word", KINDS)
def test_transformers_gives_the_same_ids_and_text(word, tmp_path):
    transformers = pytest.importorskip("transformers")
    for name, data in ALL[word].files().items():
        (tmp_path / name).write_bytes(data)
    peer = transformers.PreTrainedTokenizerFast.from_pretrained(tmp_path)
    assert len(peer) == ALL[word].vocabulary
    for text in (*TEXTS, " leading", "e\u0301 é 🦔\n\nx", "a  b", "##a" + JOIN + "a", "q" * 200):
        assert peer(text, add_special_tokens=False)["input_ids"] == ALL[word].encode(text)
        assert peer.decode(ALL[word].encode(text)) == text


@pytest.mark.parametrize("hashing", ["1", "77"])
def test_another_process_makes_the_same_tokenizers(hashing):
    words = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); from test_tokens_kinds import ALL; "
        "print(*[hashlib.sha256(t.files()['tokenizer.json']).hexdigest() for t in ALL.values()])"
    )
    told = subprocess.run(
        [sys.executable, "-c", words, str(Path(__file__).parent)], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONHASHSEED": hashing, "OMP_NUM_THREADS": "1"},
    ).stdout.split()
    assert told == [hashlib.sha256(t.files()["tokenizer.json"]).hexdigest() for t in ALL.values()]


def test_unigram_probabilities_sum_to_one_and_favour_what_is_frequent():
    words = Counter({"lamp": 40, "lamps": 30, "lampost": 5, "fox": 20, "zq": 1})
    pieces = train_unigram(words, sorted(set("lampsotfxzq")), 16)
    assert len(pieces) <= 16 and abs(sum(math.exp(score) for _, score in pieces) - 1.0) < 1e-9
    names = [piece for piece, _ in pieces]
    assert {"lamp", "fox"} <= set(names) and set("lampsotfxzq") <= set(names)
    assert names.index("lamp") < names.index("z")
    with pytest.raises(ValueError, match="cannot hold"):
        train_unigram(words, sorted(set("lampsotfxzq")), 5)


def test_a_kind_that_is_not_there_or_too_small_is_refused():
    with pytest.raises(BadInput, match="no tokenizer of the kind 'bpes'"):
        kind_named("bpes", 2048)
    with pytest.raises(BadInput, match="give at least 517"):
        kind_named("wordpiece", 400)
    assert kind_named("bytes", 1).vocabulary == 261
    assert entries_of(ALL["words"])["model"] == "BPE"


def test_texts_without_words_still_make_lossless_tokenizers():
    for word in KINDS:
        tokenizer = make_tokenizer(["", "ab"], kind_named(word, 600))
        assert tokenizer.decode(tokenizer.encode("Zoë\n")) == "Zoë\n"
