"""The file for llama.cpp: its greedy ids and its likelihoods are ours, so that speeds compare the same model."""

import json
import subprocess
import sys

import pytest
import torch

from foundling.evaluation.gguf_peer import write_gguf
from foundling.inference import Engine, Sampling
from foundling.model import Decoder
from foundling.recipe import Shape

SHAPE = {
    "layers": 2, "width": 64, "heads": 4, "kv_heads": 2, "head_dim": 16, "hidden": 96, "vocabulary": 300, "context": 64}
PROMPT = [0, 9, 100, 7, 8]
# In a process of its own: llama.cpp writes to standard output as it likes and starts threads.
ASK = """
import json, sys
from pathlib import Path
from foundling.evaluation.gguf_peer import Llama
llama = Llama(Path(sys.argv[1]), slots=1, context=64, threads=1)
prompt = json.loads(sys.argv[2])
Path(sys.argv[3]).write_text(json.dumps([llama.generate([prompt], 20), llama.shares(prompt, 10)]))
"""


def model_of() -> Decoder:
    model = Decoder(Shape(**SHAPE), generator=torch.Generator().manual_seed(4)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 2:
                weight *= 6.0
            else:
                weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(5))
    return model


@pytest.mark.parametrize("form", ["F32", "Q8_0"])
def test_llama_cpp_says_and_scores_what_we_do(tmp_path, form):
    pytest.importorskip("gguf", reason="the package gguf is not installed")
    pytest.importorskip("xllamacpp", reason="the package xllamacpp is not installed")
    model, path, out = model_of(), tmp_path / "m.gguf", tmp_path / "out.json"
    write_gguf(model, path, form)
    subprocess.run(
        [sys.executable, "-c", ASK, str(path), json.dumps(PROMPT), str(out)], check=True, capture_output=True)
    made, shares = json.loads(out.read_text())
    with torch.inference_mode():
        wanted = model(torch.tensor([PROMPT]))[0, -1].log_softmax(-1)
    assert len(shares) == 10
    close = 2e-3 if form == "F32" else 0.25
    assert max(abs(value - float(wanted[int(number)])) for number, value in shares.items()) < close
    if form == "F32":
        greedy = Sampling(temperature=0.0, repetition=1.0)
        assert made == Engine(model).generate([PROMPT], greedy, stops=frozenset(), most=20)
        assert {int(number) for number in shares} == set(wanted.topk(10).indices.tolist())
