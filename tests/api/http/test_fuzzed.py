"""The description is held against the service by schemathesis, with its default checks."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.http import desk
from tests.api.http.house import CLEO, NET, House, served

CONFIGURATION = f'[parameters]\n"path.network" = "{NET}"\n'


@pytest.mark.slow
def test_schemathesis_finds_no_failure(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PATIENCE", 0.01)
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    house.warm(NET)  # who asks first waits for the model
    with served(house) as address:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
                *("--header", f"Authorization: Bearer {house.tokens_of[CLEO]}"),
                *("--exclude-path-regex", "stream$"),  # they never end by themselves
                *("--max-time", "20", "--seed", "1", "--max-examples", "3", "--no-color", "--continue-on-failure"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "Coverage" in done.stdout
