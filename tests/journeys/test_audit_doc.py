"""What docs/audit.md tells to check with other people's tools is carried out as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.api.shell import Shell

DOC: Final = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOC, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shell = Shell(tmp_path_factory.mktemp("exported"))
    shell.run("charter", "Riverbend")
    for number in range(11):
        shell.run("join", "--name", f"Member {number}")
    shell.run("export", shell.folder / "year", "--log")
    (shell.folder / "riverbend.key").write_text(shell.run("audit", "key").stdout, encoding="utf-8")
    return shell.folder


def independent(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", block("python"), str(folder)], capture_output=True, text=True, check=False
    )


def test_the_standard_library_alone_computes_the_root_that_was_signed(exported: Path) -> None:
    told = independent(exported / "year")
    assert told.returncode == 0, told.stderr
    assert "have the root that was signed" in told.stdout


def test_it_finds_an_event_that_was_altered(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported / "year", tmp_path / "year")
    events = tmp_path / "year" / "events.jsonl"
    lines = events.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[3] = re.sub(r'"version":(\d+)', lambda found: f'"version":{int(found[1]) + 1}', lines[3])
    events.write_text("".join(lines), encoding="utf-8")
    assert "an event was altered" in independent(tmp_path / "year").stderr


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("xxd")), reason="needs openssl and xxd")
@pytest.mark.parametrize("signed", [True, False])
def test_openssl_checks_the_signature(exported: Path, tmp_path: Path, signed: bool) -> None:  # noqa: FBT001 - a parameter
    shutil.copytree(exported / "year", tmp_path / "year")
    shutil.copy(exported / "riverbend.key", tmp_path)
    checkpoint = tmp_path / "year" / "checkpoint"
    if not signed:
        checkpoint.write_text(
            re.sub(r"\n\d+\n", "\n9\n", checkpoint.read_text(encoding="utf-8"), count=1), encoding="utf-8"
        )
    done = subprocess.run(
        ["/bin/bash", "-e", "-c", block("sh")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ("Verified Successfully" in done.stdout) is signed, done.stderr
