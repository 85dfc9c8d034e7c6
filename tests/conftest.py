"""What the whole suite shares: no network at run time, one real encoder, what Hypothesis may do, what runs first."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the libraries that read it
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # two processes test at once: threads that spin take the other's core
os.environ.pop("COLUMNS", None)  # how wide somebody's terminal is; what a command prints is as wide as a test says

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from models.encoder import Encoder

# How fast a machine is decides nothing. What is drawn follows from the test alone, so that who changed nothing breaks
# nothing; `pytest --hypothesis-profile=anew` draws anew each time.
settings.register_profile("anew", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", settings.get_profile("anew"), derandomize=True)
settings.load_profile("suite")


# these begin with it, and it takes long
DEMO = {f"tests/journeys/test_{name}.py" for name in ("audit", "checking", "coaching", "demo")}


class Scheduling(LoadFileScheduling):
    """Each file in one process, and the demo told in one of them."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "demo" if file in DEMO else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long go first, so that no process is left with one of them at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Loads its model at the first text that a test encodes."""
    return Encoder()
