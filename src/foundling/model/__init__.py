"""The decoder: ids in, logits out; weight for weight a Qwen3. No loss, no optimiser, no text."""

from foundling.model.attention import CAUSAL, Sight
from foundling.model.decoder import Cache, Decoder
from foundling.model.folder import load_decoder, model_files, read_shape

__all__ = ["CAUSAL", "Cache", "Decoder", "Sight", "load_decoder", "model_files", "read_shape"]
