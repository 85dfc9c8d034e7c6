"""Who may import whom, and what has to stay light."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "faiss"}
IMPORTS = "import json, sys; {}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def loaded(script: str, **settings: str) -> set[str]:
    """The packages that a process has loaded at its end."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)} | settings
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS.format(script)], env=environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "module", ["api.cli", "api.demo", "engine.runtime", "models.encoder", "models.evaluation", "models.themes"]
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    found = loaded(f"import {module}")
    assert module.partition(".")[0] in found
    assert not HEAVY & found


@pytest.mark.parametrize("package", ["domain.catalogue", "domain.plans"])
def test_the_domain_loads_neither_the_store_nor_numbers(package: str) -> None:
    assert not {"eventsourcing", "numpy", "sqlite3", "cryptography", "click"} & loaded(f"import {package}")
