"""What several journeys set out from: the real sets, and the demo as it is told once."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import confrere

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where the real sets lie: CONFRERE_SHARED, else `shared` beside the repository. Else tests are skipped."""
    folder = Path(os.environ.get("CONFRERE_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(
            f"the real sets are not here: set CONFRERE_SHARED, or put them into {folder.name}/ beside the repository"
        )
    return folder / "data"


def run(folder: Path) -> str:
    done = CliRunner().invoke(confrere, ["demo", "--folder", str(folder)], env={"COLUMNS": "500"})
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where the demo lies, and what it printed the first time."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, run(folder)
