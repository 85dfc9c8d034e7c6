import shutil
from pathlib import Path

import pytest

from tests.api.shell import NAME, Shell


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chartered network with its tables imported and its texts encoded, to be copied."""
    shell = Shell(tmp_path_factory.mktemp("told"))
    shell.run("charter", NAME, "--zone", "America/New_York")
    shell.run("import", shell.tables())
    shell.run("rebuild")
    return shell.folder


@pytest.fixture
def shell(told: Path, tmp_path: Path) -> Shell:
    """A copy of one's own."""
    shutil.copytree(told, tmp_path / "own")
    return Shell(tmp_path / "own")


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
