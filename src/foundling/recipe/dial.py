"""The one dial: a size name in, a shape out. Non-embedding parameters are roughly what the name says (DESIGN.md)."""

from foundling.recipe.shape import Shape

# name: layers, width, heads, key-value heads, head width, SwiGLU width, context
_SHAPES = {
    "tiny": (5, 128, 2, 2, 64, 352, 256),
    "small": (4, 256, 4, 4, 64, 688, 256),
    "base": (6, 384, 6, 6, 64, 1024, 256),
    "50m": (13, 576, 9, 9, 64, 1536, 512),
}
SIZES = tuple(_SHAPES)


def preset(size: str, vocabulary: int) -> Shape:
    """The shape of a named size with the given vocabulary. Raises KeyError for a name not in SIZES."""
    layers, width, heads, kv_heads, head_dim, hidden, context = _SHAPES[size]
    return Shape(
        layers=layers, width=width, heads=heads, kv_heads=kv_heads, head_dim=head_dim, hidden=hidden,
        vocabulary=vocabulary, context=context,
    )


def vocabulary_for(corpus_bytes: int) -> int:
    """Entries of the byte-level BPE for a corpus of so many bytes; measured in bits per byte: LOG.md (vocabulary)."""
    if corpus_bytes < 200_000:
        return 1024
    return 2048 if corpus_bytes < 20_000_000 else 4096 if corpus_bytes < 200_000_000 else 8192
