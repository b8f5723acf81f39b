"""Text to ids and back without loss: kinds of tokenizer, turns as ids, documents packed without waste."""

from foundling.tokens.kinds import KINDS, Kind, kind_named, make_tokenizer
from foundling.tokens.packing import Batch, Shards, pack_batch, read_shards, shard_files
from foundling.tokens.tokenizer import Tokenizer, train_tokenizer

__all__ = [
    "KINDS", "Batch", "Kind", "Shards", "Tokenizer", "kind_named", "make_tokenizer", "pack_batch", "read_shards",
    "shard_files", "train_tokenizer",
]
