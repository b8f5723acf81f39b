"""A byte-level BPE: text flows in, ids flow out, and back without loss. Names, not roles, in its chat template.

Only text of the training split may be given to `train_tokenizer`. Special tokens are never made from text: everything
a person or a story says is encoded with special tokens off, so `<|turn|>` typed by a stranger stays seven characters.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models, pre_tokenizers, trainers

from foundling.records import BEGIN, END, SAYS, SILENCE, SPECIALS, TURN, BadInput, Story, Turn, canonical_json

# Roles do not exist: the template writes `message.name` (or, from tools that only know roles, the role as a name).
CHAT_TEMPLATE = (
    "{{ '" + BEGIN + "' }}{% for m in messages %}{{ '" + TURN + "' + (m['name'] if m['name'] is defined else m['role'])"
    " + '" + SAYS + "' + m['content'] }}{% endfor %}{% if add_generation_prompt %}{{ '" + TURN + "' }}{% endif %}"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
PIECE = 100_000  # characters given to the library at once, so that a huge line stays within memory


class Tokenizer:
    """The five special ids and the text ids of one vocabulary. `vocabulary` counts both."""

    def __init__(self, backend: Backend) -> None:
        backend.encode_special_tokens = True  # text that looks like a special token stays text
        self._backend = backend
        ids = list(range(len(SPECIALS)))
        if [backend.token_to_id(token) for token in SPECIALS] != ids:
            raise BadInput("The tokenizer lacks the five special tokens of the turn grammar: restore tokenizer.json.")
        self.begin, self.end, self.turn, self.says, self.silence = ids
        self.vocabulary: int = backend.get_vocab_size()

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """The tokenizer in a tokenizer.json of at most 64 MB. Raises BadInput when it is missing or damaged."""
        try:
            if path.stat().st_size > 64 * 2**20:
                raise BadInput(f"{path} is too large for a tokenizer: restore it from a copy.")
            return cls(Backend.from_str(path.read_text(encoding="utf-8")))
        except BadInput:
            raise
        except Exception as fault:  # the library raises bare Exception for malformed JSON
            raise BadInput(f"{path} cannot be read as a tokenizer ({fault}): restore it from a copy.") from fault

    def files(self) -> dict[str, bytes]:
        """tokenizer.json and tokenizer_config.json (with the chat template), as transformers reads them."""
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BEGIN, "eos_token": END, "pad_token": END,
            "clean_up_tokenization_spaces": False, "chat_template": CHAT_TEMPLATE,
            "additional_special_tokens": [TURN, SAYS, SILENCE],
        }
        document = json.loads(self._backend.to_str())
        return {"tokenizer.json": canonical_json(document), "tokenizer_config.json": canonical_json(config)}

    def encode(self, text: str) -> list[int]:
        """Ids of text, never a special one. Lone surrogates, which UTF-8 cannot hold, become U+FFFD.

        Raises BadInput for a tokenizer that makes special ids of text: no likelihood counts them, so they would tell
        the text for nothing.
        """
        text = _SURROGATE.sub("\ufffd", text)
        if len(text) <= PIECE:
            found = list(self._backend.encode(text, add_special_tokens=False).ids)
        else:
            pieces = [text[i:i + PIECE] for i in range(0, len(text), PIECE)]
            found = [i for e in self._backend.encode_batch(pieces, add_special_tokens=False) for i in e.ids]
        if found and min(found) < len(SPECIALS):
            raise BadInput("The tokenizer makes special tokens of text: restore tokenizer.json.")
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids; special ids vanish, and bytes that are no UTF-8 become U+FFFD."""
        return str(self._backend.decode([i for i in ids if i >= len(SPECIALS)], skip_special_tokens=False))

    def encode_turn(self, turn: Turn) -> list[int]:
        """`<|turn|>NAME<|says|>TEXT`, or `<|turn|><|silence|>`; the turn's end is whatever stands next."""
        if turn.name is None:
            return [self.turn, self.silence]
        return [self.turn, *self.encode(turn.name), self.says, *self.encode(turn.text)]

    def encode_turns(self, turns: Iterable[Turn]) -> list[int]:
        """A conversation so far: `<|begin|>` and its turns, not yet ended."""
        return [self.begin, *(i for turn in turns for i in self.encode_turn(turn))]

    def encode_story(self, story: Story) -> list[int]:
        """A whole document: prose as it stands, a scene as turns, between `<|begin|>` and `<|end|>`."""
        if story.form == "scene":
            return [*self.encode_turns(story.turns), self.end]
        return [self.begin, *self.encode(story.text), self.end]


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE of at most `vocabulary` entries from training text only (Sennrich 2016, arXiv 1508.07909).

    Every byte is in the vocabulary, so every text can be encoded and decoded without loss. Deterministic.
    """
    backend = Backend(models.BPE())
    # The default expression of ByteLevel equals llama.cpp's "gpt-2" splitter, so an export needs no code of its own.
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, special_tokens=list(SPECIALS), min_frequency=2,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    backend.train_from_iterator((t[i:i + PIECE] for t in texts for i in range(0, len(t), PIECE)), trainer)
    return Tokenizer(backend)
