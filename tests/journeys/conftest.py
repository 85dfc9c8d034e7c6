"""Where the real sets lie: CONFRERE_SHARED, else `shared` beside the repository's root."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real sets. Tests that need it are skipped where there is none."""
    folder = Path(os.environ.get("CONFRERE_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(
            f"the real sets are not here: set CONFRERE_SHARED, or put them into {folder.name}/ beside the repository"
        )
    return folder / "data"
