"""Torch's settings are global: what the trainer program sets in a test is put back after it."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def torch_settings() -> Iterator[None]:
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
