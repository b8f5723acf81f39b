"""The architectures as values: how each is made, saved and loaded. A name or a folder in, a model out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from foundling.model.decoder import Decoder
from foundling.model.encoder import Encoder
from foundling.model.encoder_folder import encoder_files, load_encoder
from foundling.model.folder import load_decoder, model_files
from foundling.model.seq2seq import Seq2Seq
from foundling.model.seq2seq_folder import load_seq2seq, seq2seq_files
from foundling.model.standard import read_configuration
from foundling.recipe import Shape

Model = Decoder | Encoder | Seq2Seq


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """make(shape, dropout=, generator=) is a newborn model, load(folder, dropout=) a saved one, files(shape, state) the
    files of its weights; model_type is what config.json calls it."""

    model_type: str
    make: Callable[..., Model]
    load: Callable[..., Model]
    files: Callable[[Shape, dict[str, Tensor]], dict[str, bytes]]


DECODER = Architecture(model_type="qwen3", make=Decoder, load=load_decoder, files=model_files)
ENCODER = Architecture(model_type="modernbert", make=Encoder, load=load_encoder, files=encoder_files)
SEQ2SEQ = Architecture(model_type="t5", make=Seq2Seq, load=load_seq2seq, files=seq2seq_files)


def load_model(folder: Path) -> Model:
    """The model saved in a folder, whichever it is; an unknown kind is tried as a decoder. Raises BadInput."""
    kind = read_configuration(folder).get("model_type")
    for architecture in (ENCODER, SEQ2SEQ):
        if architecture.model_type == kind:
            return architecture.load(folder)
    return load_decoder(folder)


__all__ = ["DECODER", "ENCODER", "SEQ2SEQ", "Architecture", "Model", "load_model"]
