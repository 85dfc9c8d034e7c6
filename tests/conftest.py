"""What the whole suite shares: no network at run time, one real encoder."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the libraries that read it
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest

from models.encoder import Encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Loads its model at the first text that a test encodes."""
    return Encoder()
