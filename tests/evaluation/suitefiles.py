"""What tests of the suite share: a decoder and its tokenizer as a saved generation, under a manifest."""

from foundling.home import write_folder
from foundling.model import model_files


def saved(folder, decoder, tokenizer):
    """The folder, made."""
    write_folder(folder, model_files(decoder.shape, decoder.state_dict()) | tokenizer.files())
    return folder
