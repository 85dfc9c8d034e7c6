"""What is written out for auditors, and its proof on another machine."""

import base64
import csv
import json
import struct
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.api.shell import NAME, Shell

NODE, EDGE, DATA = (f"{{http://graphml.graphdrawing.org/xmlns}}{each}" for each in ("node", "edge", "data"))


def lines(folder: Path) -> list[bytes]:
    return (folder / "events.jsonl").read_bytes().splitlines(keepends=True)


def names(shell: Shell) -> set[str]:
    return set(shell.ids("members"))


@pytest.fixture
def out(shell: Shell) -> Path:
    shell.run("export", shell.folder / "out", "--log")
    return shell.folder / "out"


def by_hand(folder: Path) -> bytes:
    """The root as RFC 9162 defines it, told by nothing of ours but the layout of a leaf."""

    def leaf(event: dict[str, str]) -> bytes:
        numbers = (struct.pack(">Q", int(event[name])) for name in ("position", "recordedus", "version"))
        position, recorded, version = numbers
        stored = base64.b64decode(event["payload"])
        parts = (position, recorded, event["subject"].encode(), version, event["type"].encode(), stored)
        return sha256(b"\0" + b"".join(struct.pack(">I", len(part)) + part for part in parts)).digest()

    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        left = 1 << (len(leaves) - 1).bit_length() - 1
        return sha256(b"\1" + root(leaves[:left]) + root(leaves[left:])).digest()

    return root([leaf(json.loads(line)) for line in lines(folder)])


def test_a_stranger_computes_the_signed_root_from_the_lines_alone(out: Path) -> None:
    _, size, root, *_ = (out / "checkpoint").read_text("utf-8").split("\n")
    assert int(size) == len(lines(out)) > 20
    assert base64.b64decode(root) == by_hand(out)


def test_an_export_and_a_checkpoint_are_verified_where_there_is_nothing_else(
    shell: Shell, out: Path, tmp_path: Path
) -> None:
    key = shell.run("audit", "key").stdout
    called = "+".join(key.split("+")[:2])
    kept = tmp_path / "kept.checkpoint"
    kept.write_text((out / "checkpoint").read_text("utf-8"), "utf-8")
    shell.run("post", "--author", shell.ids("members")["Ada Aberg"], "--title", "Desks in rows")
    shell.run("export", tmp_path / "later", "--log")
    elsewhere = Shell(tmp_path / "elsewhere")
    done = elsewhere.run("audit", "verify", tmp_path / "later", "--checkpoint", kept, "--key", key)
    assert f"{len(lines(tmp_path / 'later'))} events agree with their checkpoint" in done.stdout
    assert f"they begin with the {len(lines(out))} events" in done.stdout
    assert f"signed by {called}, checked" in done.stdout
    bare = elsewhere.run("audit", "verify", tmp_path / "later" / "events.jsonl")
    assert f"the signature was NOT checked: it claims to be by {called}" in bare.stdout
    assert not elsewhere.folder.exists()


def test_what_does_not_fit_is_refused_with_its_place(shell: Shell, out: Path, tmp_path: Path) -> None:
    whole, events = (out / "events.jsonl").read_bytes(), out / "events.jsonl"
    for changed, words in (
        (whole.replace(b"Hill School", b"Hall School", 1), "altered"),
        (b"".join(lines(out)[:9] + lines(out)[10:]), "event 10: missing: event 11 stands here"),
        (b"".join(lines(out)[:9]), "event 10: truncated"),
        (whole[:-30], "half-written"),
    ):
        events.write_bytes(changed)
        assert words in shell.refused("audit", "verify", out)
    events.write_bytes(whole)
    other = tmp_path / "other.key"
    other.write_text("confrere/riverbend+00000000+AAAA")
    assert "not a verifier's key" in shell.refused("audit", "verify", out, "--key", other)
    assert "there is no such key" in shell.refused("audit", "verify", out, "--key", tmp_path / "nowhere.key")
    (out / "checkpoint").unlink()
    assert "nothing says what was signed" in shell.refused("audit", "verify", out)
    assert "signed note" in shell.refused("audit", "verify", out, "--checkpoint", events)


def test_the_log_here_is_verified_where_it_lies(shell: Shell, out: Path) -> None:
    events = len(lines(out))
    key = shell.run("audit", "key").stdout.strip()
    (found,) = shell.json("audit", "verify", "--key", key)
    assert (found["events"], found["uncovered"], found["signature_checked"]) == (events, 2, True)
    assert f"{events} events agree" in shell.run("audit", "verify", "--network", found["origin"][9:20]).stdout
    assert "no such network" in shell.refused("audit", "verify", "--network", "network-zz")
    assert "there is no log here" in shell.refused("audit", "verify", CONFRERE_DATA=str(shell.folder / "nowhere"))


def test_the_log_holds_no_word_that_somebody_wrote(shell: Shell, out: Path) -> None:
    written = (out / "events.jsonl").read_bytes()
    assert not [each for each in (*names(shell), "Absences doubled") if each.encode() in written]
    joined = next(event for event in map(json.loads, lines(out)) if event["type"] == "member.joined")
    assert joined["data"]["fields"]["name"] == {"sealed_for": joined["subject"]}


def test_what_auditors_may_not_read_is_proven_and_not_told(shell: Shell, tmp_path: Path) -> None:
    ids = shell.ids("members")
    post = ("--title", "A quarrel with my principal", "--confidentiality", "group")
    shell.run("post", "--author", ids["Ada Aberg"], *post)
    part = shell.folder / "part"
    shell.run("export", part, "--log", "--withhold")
    events = [json.loads(line) for line in lines(part)]
    told = [event for event in events if event["type"] != "withheld"]
    assert len(told) == len(events) - 1
    assert {event["data"]["envelope"]["confidentiality"] for event in told} <= {"network", "public"}
    done = Shell(tmp_path / "elsewhere").run("audit", "verify", part)
    assert f"{len(events)} events agree with their checkpoint" in done.stdout
    assert "1 of them are not told here" in done.stdout
    assert "left out of this export" in shell.refused("audit", "check", part)
    assert "leave it out" in shell.refused("export", shell.folder / "ties", "--ties", "--withhold")


def test_every_export_is_an_event_with_its_hash(shell: Shell, out: Path) -> None:
    for form in ("--events", "--ties"):
        done = shell.json("export", shell.folder / form, form)
        (file,) = done["files"]
        digest = sha256((shell.folder / form / file).read_bytes()).hexdigest()
        assert done["digest"] == sha256(f"{digest}  {file}\n".encode()).hexdigest()
        *_, name, payload = shell.history()[-1]
        assert name == "audit.export-produced"
        assert done["digest"].encode() in payload
    assert "with names" in shell.json("export", shell.folder / "named", "--ties", "--named")["form"]
    shell.run("export", shell.folder / "csv")
    assert [row[5] for row in shell.history()].count("audit.export-produced") == 5
    for folder in (out, shell.folder / "csv"):
        assert "lies there already" in shell.refused("export", folder)


def test_ties_are_a_graph_of_ids_and_of_names_where_they_are_asked_for(shell: Shell) -> None:
    shell.run("export", shell.folder / "plain", "--ties")
    shell.run("export", shell.folder / "named", "--ties", "--named")
    plain, named = (
        ET.parse(shell.folder / each / "ties.graphml").getroot()  # noqa: S314 - our own
        for each in ("plain", "named")
    )
    ids = shell.ids("members")
    assert {node.get("id") for node in plain.iter(NODE)} == set(ids.values())
    assert {node.find(DATA).text: node.get("id") for node in named.iter(NODE)} == ids  # type: ignore[union-attr]
    (edge,) = plain.iter(EDGE)
    assert (edge.get("source"), edge.get("target")) == (ids["Dan Dorn"], ids["Cleo Cole"])
    assert {each.get("key"): each.text for each in edge.iter(DATA)}["times"] == "1"
    assert not [each for each in names(shell) if each in (shell.folder / "plain" / "ties.graphml").read_text("utf-8")]


def test_what_happened_is_a_table_as_auditors_read_it(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    shell.run("post", "--author", ada, "--title", "A quarrel with my principal", "--confidentiality", "group")
    for options in ((), ("--named",)):
        folder = shell.folder / f"happened{len(options)}"
        shell.run("export", folder, "--events", *options)
        with (folder / "timeline.csv").open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        assert [int(row["position"]) for row in table] == list(range(1, len(table) + 1))
        assert any(row["words"].endswith(f"posted by {ada}") for row in table)
        narrow = [row for row in table if row["event"] == "withheld" or row["confidentiality"] == "group"]
        assert all(not row["words"] and not row["actor"] for row in narrow)
        assert narrow
        text = (folder / "timeline.csv").read_text("utf-8")
        assert "quarrel" not in text
        assert ("Ada Aberg" in text) == bool(options)


def test_ties_and_what_happened_are_written_as_of_a_day_before(shell: Shell) -> None:
    shell.run("export", shell.folder / "then", "--ties", "--as-of", "3")
    assert not list(ET.parse(shell.folder / "then" / "ties.graphml").getroot().iter(NODE))  # noqa: S314 - our own
    assert shell.json("export", shell.folder / "first", "--ties", "--on", "2025-08-18")["records"] == 0
    done = shell.json("export", shell.folder / "early", "--events", "--as-of", "3")
    assert (done["records"], done["position"]) == (3, 3)


def test_how_many_ties_are_left_out_of_the_graph_is_said(shell: Shell) -> None:
    assert "left out" not in shell.run("export", shell.folder / "before", "--ties").stdout
    ids = shell.ids("members")
    narrow = ("--title", "A quarrel", "--confidentiality", "group", "--json")
    posted = json.loads(shell.run("post", "--author", ids["Ada Aberg"], *narrow).stdout)["challenge"]
    for text in ("Wait for Monday.", "Or for Tuesday."):
        shell.run("answer", posted, "--member", ids["Ben Brook"], "--text", text)
    done = shell.run("export", shell.folder / "after", "--ties").stdout
    assert "ties.graphml: 1 tie left out, of a narrower class than the network's" in done
    assert "1 records up to" in done


def test_two_forms_at_once_are_refused(shell: Shell) -> None:
    said = shell.refused("export", shell.folder / "two", "--events", "--ties")
    assert said.startswith("--events --ties: one form is written to a folder")
    assert not (shell.folder / "two").exists()


def test_options_that_do_not_go_together_are_refused(shell: Shell) -> None:
    out = shell.folder / "out"
    assert "leave it out" in shell.refused("export", out, "--named")
    assert "holds names only sealed" in shell.refused("export", out, "--log", "--named")
    assert "up to now" in shell.refused("export", out, "--log", "--on", "2026-01-01")
    assert "name a folder" in shell.refused("export", "")
    shell.run("charter", f"{NAME} again")
    assert "several networks" in shell.refused("export", out, "--log")
    assert not out.exists()
