from pathlib import Path

import pytest

from tests.api.shell import ABSENT, CHALLENGES, MEMBERS, NAME, Shell


def test_without_a_network_there_is_nothing_to_speak_of(empty: Shell) -> None:
    for words in (["show", "members"], ["tail"], ["rebuild"], ["recommend", "challenge-1"], ["import", "tables"]):
        assert empty.refused(*words).startswith("network: there is no network yet")
    assert empty.json("show", "networks") == []


def test_of_several_networks_one_has_to_be_named(shell: Shell) -> None:
    other = shell.json("charter", "Other Network")["network"]
    assert "several networks are meant" in shell.refused("show", "members")
    assert "no such network" in shell.refused("show", "members", "--network", "Third Network")
    for name in (NAME, other, other[:20]):
        shell.run("show", "members", "--network", name)
    assert len(shell.json("show", "members", "--network", NAME)) == 4
    assert shell.json("show", "members", "--network", other) == []
    ada = shell.ids("members")["Ada Aberg"]
    words = ("post", "--author", ada, "--title", "Desks", "--network", other)
    assert "there is no such member in this network" in shell.refused(*words)


def test_ids_are_whole_or_begin_like_one_alone(shell: Shell) -> None:
    assert "several begin like this" in shell.refused("recommend", "challenge-")
    assert "several begin like this" in shell.refused("recommend", "member")
    for unknown in ("challenge-0000", "resource-1", "ada", "", "challenge-%", "challenge-\udcff", "a" * 5000):
        words = shell.refused("recommend", unknown)
        assert "there is no such challenge or member in this network" in words
        assert len(words) < 250
    peers = shell.json("recommend", shell.ids("challenges")[ABSENT], "--kind", "peers")[0]["recommendation"]
    assert "not on the list" in shell.refused("accept", peers, shell.ids("members")["Dan Dorn"])


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "this is no time"),
        ("2026-01-01T10:00", "needs its zone"),
        ("2999-01-01T10:00Z", "lies in the future"),
        ("0001-01-01T00:00+14:00", "this is no time"),
        ("1492-10-12T00:00Z", "too far in the past"),
        ("", "this is no time"),
    ],
)
def test_a_time_that_is_none_is_refused(shell: Shell, at: str, words: str) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    assert words in shell.refused("post", "--author", ada, "--title", "Desks in rows", "--at", at)


CANARY = "Mika Lind in grade four hit her teacher"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"--title": ""}, "title: empty"),
        ({"--title": f"{CANARY} {'x' * 300}"}, "title: longer than 300 characters"),
        ({"--title": f"{CANARY}\nand more"}, "title: empty, or with characters"),
        ({"--text": f"{CANARY} {'x' * 20_000}"}, "text: longer than 20000 characters"),
        ({"--text": f"{CANARY} \x1b[2J"}, "text: empty, or with characters"),
        ({"--text": f"{CANARY} \udcff"}, "text: empty, or with characters"),
        ({"--category": f"{CANARY} {'x' * 200}"}, "category: longer than 200 characters"),
        ({"--text": CANARY, "--at": "tomorrow"}, "this is no time"),
        ({"--text": CANARY, "--author": "member-00000000"}, "there is no such member"),
    ],
)
def test_what_was_written_wrongly_is_named_and_not_quoted(shell: Shell, fields: dict[str, str], words: str) -> None:
    given = {"--author": shell.ids("members")["Ada Aberg"], "--title": "Desks"} | fields
    options = [word for option in given.items() for word in option]
    assert words in shell.refused("post", *options)
    assert "Mika" not in shell.run("post", *options, code=1).output


@pytest.mark.parametrize(
    ("table", "content", "words"),
    [
        ("challenges", f"{CHALLENGES}c9,m1,2026-01-12T10:00Z,{CANARY} {'x' * 300},,\n", "challenges.csv:5: title"),
        ("challenges", f"{CHALLENGES}c9,m1,2026-01-12T10:00Z,Desks,,{CANARY}\n", "challenges.csv:5: stage"),
        ("challenges", f"{CHALLENGES}c9,m1,{CANARY},Desks,,\n", "challenges.csv:5: posted_at"),
        ("challenges", f"{CHALLENGES}c9,{CANARY},2026-01-12T10:00Z,Desks,,\n", "challenges.csv:5: author"),
        ("challenges", f"{CHALLENGES}c1,m1,2026-01-12T10:00Z,{CANARY},,\n", "challenges.csv"),
        ("members", f"{MEMBERS}m9,x,,,2025-08-18T08:00Z,{CANARY},,,\n", "members.csv:6: level"),
        ("members", f"{MEMBERS}m9,x,,,2025-08-18T08:00Z,,{CANARY},month,\n", "members.csv:6: minutes"),
        (
            "members",
            f"{MEMBERS}m9,x,,,2025-08-18T08:00Z,,,,{CANARY}\udcff\n".encode("utf-8", "surrogateescape"),
            "members.csv",
        ),
    ],
)
def test_a_faulty_table_is_refused_by_line_without_its_texts(
    empty: Shell, table: str, content: str | bytes, words: str
) -> None:
    empty.run("charter", NAME)
    history = empty.history()
    for options in ((), ("--json",), ("--dry-run",)):
        done = empty.run("import", empty.tables(**{table: content}), *options, code=1)
        assert "--json" in options or words in done.stderr
        assert "Mika" not in done.output
    assert empty.history() == history


def test_files_and_folders_that_cannot_be_used_are_refused(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("I am no folder")
    shell.refused("import", tmp_path / "nowhere")
    shell.refused("import", file, "--mapping", tmp_path / "nowhere.toml")
    assert "cannot be made" in shell.refused("export", file / "out")
    assert "cannot be opened" in shell.refused("show", "networks", CONFRERE_DATA=str(file))
    assert "lies in the data folder" in shell.refused(
        "show", "networks", CONFRERE_MASTER_KEY=f"{shell.folder}/data/key"
    )
    assert "CONFRERE_THREADS" in shell.refused("show", "networks", CONFRERE_THREADS="many")
    absent = shell.ids("challenges")[ABSENT]
    assert "is missing" in shell.refused("recommend", absent, "--kind", "peers", CONFRERE_MODEL=str(tmp_path))
