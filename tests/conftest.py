"""What the whole suite shares: no network at run time, one real encoder, what Hypothesis may do, what runs first."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the libraries that read it
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # two processes test at once: threads that spin take the other's core

import pytest
from hypothesis import HealthCheck, settings

from models.encoder import Encoder

# How fast a machine is decides nothing. What is drawn follows from the test alone, so that who changed nothing breaks
# nothing; `pytest --hypothesis-profile=anew` draws anew each time.
settings.register_profile("anew", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", settings.get_profile("anew"), derandomize=True)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long go first, so that no process is left with one of them at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Loads its model at the first text that a test encodes."""
    return Encoder()
