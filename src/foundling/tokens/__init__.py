"""Text to ids and back: a byte-level BPE of the corpus' own, turns as ids, documents packed without waste."""

from foundling.tokens.packing import Batch, Shards, pack_batch, read_shards, shard_files
from foundling.tokens.tokenizer import Tokenizer, train_tokenizer

__all__ = ["Batch", "Shards", "Tokenizer", "pack_batch", "read_shards", "shard_files", "train_tokenizer"]
