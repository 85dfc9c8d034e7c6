"""An auditor's whole way through the demo network and through a real one: past, why, rules, proof, and who leaves."""

import json
import shutil
from pathlib import Path

import pytest

from tests.api.shell import Shell
from tests.journeys.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(told: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("audited") / "demo"
    shutil.copytree(told[0], folder)
    return Shell(folder)


@pytest.fixture(scope="module")
def educators(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("educators"))
    shell.run("charter", "Educators")
    shell.run("import", shared / "networks" / "dlt1", "--mapping", ROOT / "docs" / "mappings" / "dlt1.toml")
    return shell


@pytest.fixture(params=["demo", "educators"])
def network(request: pytest.FixtureRequest) -> Shell:
    shell: Shell = request.getfixturevalue(request.param)
    return shell


def figures(shell: Shell, *when: str) -> dict[str, float]:
    told: dict[str, float] = shell.json("shape", *when)["figures"]
    return told


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def holding(folder: Path, words: bytes) -> list[Path]:
    return [each for each in files(folder) if words in each.read_bytes()]


def test_the_real_network_had_this_shape_on_the_first_of_may(educators: Shell) -> None:
    then, now = figures(educators, "--on", "2013-05-01"), figures(educators)
    assert (now["ties"], now["mutual"]) == (1936, 212)
    assert 0 < then["ties"] < now["ties"]
    (formed,) = educators.json("diff", "2013-05-01", "2013-06-01")["ties"]
    later = figures(educators, "--on", "2013-06-01")
    assert (formed["kind"], formed["formed"]) == ("exchanged", later["ties"] - then["ties"])


def test_every_decision_is_derived_again_and_is_identical(network: Shell) -> None:
    found = network.json("explain", "--all")
    assert {each["outcome"] for each in found} <= {"identical"}


def test_no_rule_is_broken_and_the_proof_holds_offline(network: Shell, tmp_path: Path) -> None:
    network.run("audit", "check")
    network.run("audit", "check", "--open")
    network.run("export", tmp_path / "year", "--log")
    key = network.run("audit", "key").stdout.strip()
    elsewhere = Shell(tmp_path / "nothing")  # no data, no keys
    elsewhere.run("audit", "verify", tmp_path / "year", "--key", key)
    elsewhere.run("audit", "check", tmp_path / "year")
    network.run("audit", "verify")


def test_one_member_is_erased_and_gone_and_everything_else_holds(demo: Shell, tmp_path: Path) -> None:
    name = "Ambrose Kilgannon"
    member = demo.ids("members", "Bridgewater Improvement Network")[name]
    demo.run("my-data", member, "--to", tmp_path / "his")
    words = [
        text.encode()
        for each in json.loads((tmp_path / "his" / "my-data.json").read_bytes())["held"]
        for text in each["own_words"].values()
        if len(text) > 30
    ]
    assert len(words) > 5
    assert any(holding(demo.folder, each) for each in words), "as long as he is there, his words are too"
    kept = demo.run("audit", "checkpoint").stdout
    (tmp_path / "kept").write_text(kept, encoding="utf-8")
    demo.run("erase", member, "--yes")
    assert [each for text in words for each in holding(demo.folder, text)] == []
    assert holding(demo.folder / "data", name.encode()) == []
    demo.run("audit", "check", "--open")
    demo.run("export", tmp_path / "after", "--log")
    demo.run("audit", "verify", tmp_path / "after", "--checkpoint", tmp_path / "kept")
    verdicts = {each["outcome"] for each in demo.json("explain", "--all")}
    assert verdicts == {"identical", "not wholly re-derivable"}
