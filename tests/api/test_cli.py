import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from api.cli import confrere
from tests.api.shell import ABSENT, MONDAYS, NAME, QUARTER, Shell

GUIDE = "Raising attendance after winter break"
CANARY = "Mika Lind in grade four hit her teacher"
COMMANDS = sorted(confrere.commands)
SCRIPT = Path(sys.executable).with_name("confrere")


# help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(empty: Shell, name: str) -> None:
    shown = empty.run(name, "--help").stdout
    assert f"Usage: confrere {name}" in shown
    assert confrere.commands[name].get_short_help_str()
    assert not empty.recorded()


@pytest.mark.parametrize("name", COMMANDS)
def test_who_has_to_give_something_finds_an_example_that_can_be_typed(name: str) -> None:
    command = confrere.commands[name]
    lines = [line.strip() for line in (command.help or "").splitlines()]
    examples = [shlex.split(line.removeprefix("Example: ")) for line in lines if line.startswith("Example: ")]
    asked = [each for each in command.params if each.required]
    assert examples or not asked
    for program, called, *words in examples:
        assert (program, called) == ("confrere", name)
        command.make_context(name, words)  # a UsageError where an option is not understood


def test_help_names_every_command_and_the_exit_codes(empty: Shell) -> None:
    shown = empty.run("--help").stdout
    assert all(f"  {name} " in shown for name in COMMANDS)
    assert "Exit codes: 0 done, 1 refused (the words say why), 2 wrong usage" in shown
    assert empty.run("--version").stdout.startswith("confrere")


@pytest.mark.parametrize(
    "words",
    [
        ["nothing"],
        ["show"],
        ["show", "secrets"],
        ["recommend"],
        ["recommend", "challenge-1", "--kind", "friends"],
        ["post", "--author", "member-1"],
        ["tail", "--after", "-1"],
        ["rank"],
        ["accept", "recommendation-1"],
        ["charter"],
    ],
)
def test_wrong_usage_is_told_apart(empty: Shell, words: list[str]) -> None:
    assert "Error: " in empty.run(*words, code=2).stderr
    assert not empty.recorded()


# the whole way


def test_a_network_is_told_and_recommended_from(shell: Shell) -> None:
    members, absent = shell.ids("members"), shell.ids("challenges")[ABSENT]
    text = "Attendance of ninth graders fell."
    words = ("--title", "Winter break empties grade nine", "--stage", "exploring", "--text", text)
    posted = shell.json("post", "--author", members["Ben Brook"], *words, "--at", "2026-01-20T10:00-05:00")
    answer = ("--text", "We called every home.", "--at", "2026-01-21T10:00Z")
    shell.run("answer", posted["challenge"][:18], "--member", members["Ada Aberg"], *answer)
    lists = {each["kind"]: each for each in shell.json("recommend", absent[:18])}
    assert names(lists["peers in the same boat"]) == ["Ben Brook", "Cleo Cole"]
    assert names(lists["peers one step ahead"]) == ["Dan Dorn"]
    assert names(lists["resources"]) == [GUIDE]
    assert "Ben Brook" in names(lists["experts"])
    happened = shell.happened()
    assert {each["kind"]: each for each in shell.json("recommend", absent)} == lists
    assert shell.happened() == happened


def test_a_list_is_explained_and_so_is_who_is_not_on_it(shell: Shell) -> None:
    members, peers = shell.ids("members"), peers_of(shell)
    why_not = {name: shell.json("explain", peers["recommendation"], "--why-not", members[name]) for name in members}
    told = shell.json("explain", peers["recommendation"])
    assert told.pop("rederived")["outcome"] == "identical"
    assert told == peers
    assert why_not["Cleo Cole"]["why_not"] == "they are suggested, in place 1"
    assert why_not["Dan Dorn"]["why_not"] == "what they work on stands at another stage"
    assert why_not["Dan Dorn"]["change"] == "a problem of theirs at the stage of yours"


def test_a_reader_replies_and_the_next_list_follows(shell: Shell) -> None:
    cleo, peers = shell.ids("members")["Cleo Cole"], peers_of(shell)["recommendation"]
    before = len(shell.history())
    shell.run("view", peers)
    assert shell.run("accept", peers, cleo[:16]).stdout == "accepted\n"
    shell.run("dismiss", peers, cleo, "--reason", "We met last week.")
    after = peers_of(shell)
    assert names(after) == []
    assert [miss["because"] for miss in after["near_misses"]] == ["dismissed by you for this need"]
    told = shell.run("tail", "--after", before).stdout
    assert not any(word in told for word in ("viewed by", "took up", "dismissed", "We met last week."))
    assert "0 new texts encoded, 0 vectors were lost" in shell.run("rebuild").stdout
    told = shell.json("explain", peers)
    assert told.pop("rederived")["outcome"] == "identical"
    assert told == after


def test_what_was_exported_stands_already(shell: Shell) -> None:
    out = shell.folder / "out"
    shell.run("export", out)
    history = shell.history()
    assert "All of it stands already; nothing changed." in shell.run("import", out).stdout
    assert shell.history() == history
    assert "'=1+1" in (out / "resources.csv").read_text("utf-8")  # shown by a spreadsheet, not run


FULL_SITES = (
    "site,parent,kind,name,contact,described_at,statement\n"
    "d1,,district,North District,,,\n"
    "s1,d1,school,Hill School,m1,2025-08-20T08:00Z,A school on a hill.\n"
)
FULL_MEMBERS = (
    "member,name,role,site,joined_at,level,minutes,period,network_roles,expertise,growth_areas\n"
    "m1,Ada Aberg,teacher,s1,2025-08-18T08:00Z,partner,120,month,coach|expert,attendance|choirs,fractions\n"
    "m2,Ben Brook,,,2025-08-18T08:00Z,,,,,,\n"
    "m3,,counselor,,2025-08-18T08:00Z,honor,,,,,\n"
    "m4,Dan Dorn,,d1,2025-08-18T08:00Z,,,,,,\n"
)


def test_what_was_exported_comes_back_in_an_empty_place(empty: Shell) -> None:
    fresh = Shell(empty.folder / "fresh")
    for place, tables in ((empty, empty.tables(members=FULL_MEMBERS, sites=FULL_SITES)), (fresh, empty.folder / "out")):
        place.run("charter", NAME)
        place.run("import", tables)
        place.run("export", place.folder / "out")
    for file in (empty.folder / "out").iterdir():
        assert (fresh.folder / "out" / file.name).read_bytes() == file.read_bytes()
    assert "coach|expert,attendance|choirs,fractions" in (empty.folder / "out" / "members.csv").read_text("utf-8")
    assert "A school on a hill." in (empty.folder / "out" / "sites.csv").read_text("utf-8")


def peers_of(shell: Shell) -> dict[str, Any]:
    (one,) = shell.json("recommend", shell.ids("challenges")[ABSENT], "--kind", "peers")
    return one


def names(one: dict[str, Any]) -> list[str]:
    return [pick["name"] for pick in one["picks"]]


def test_lists_are_printed_for_people(shell: Shell) -> None:
    absent = shell.ids("challenges")[ABSENT]
    done = shell.run("recommend", absent)
    assert "Peers in the same boat recommendation-" in done.stdout
    assert f"1.  {GUIDE}  guide" in done.stdout
    assert "works on “Ninth graders are absent on Mondays”" in done.stdout
    assert "a consultancy I could convene: kind: " in done.stderr  # the others go on without it
    peers = shell.json("recommend", absent, "--kind", "peers")[0]["recommendation"]
    details = shell.run("explain", peers[:22]).stdout
    assert "parts: meaning " in details
    assert f"need: {ABSENT}" in details
    assert "policy " in details


def test_who_asks_for_one_list_that_cannot_be_made_is_refused(shell: Shell) -> None:
    absent = shell.ids("challenges")[ABSENT]
    assert "no group was found" in shell.refused("recommend", absent, "--kind", "consultancy")
    assert "for a challenge" in shell.refused("recommend", absent, "--kind", "challenges")
    assert "for a member" in shell.refused("recommend", shell.ids("members")["Ben Brook"], "--kind", "peers")


def test_a_member_finds_challenges_to_help_with(shell: Shell) -> None:
    (one,) = shell.json("recommend", shell.ids("members")["Ben Brook"])
    assert one["kind"] == "challenges I could help with"
    assert one["need_title"] == "what Ben Brook knows"
    assert {QUARTER, MONDAYS} <= set(names(one))


@pytest.mark.parametrize("what", ["networks", "members", "challenges", "resources"])
def test_what_is_there_is_shown_for_people_and_programs(shell: Shell, what: str) -> None:
    found = shell.json("show", what)
    table = shell.run("show", what).stdout
    assert found
    for each in found:
        kind, _, digits = each["id"].partition("-")
        assert f"{kind}-{digits[:8]}" in table
    if what == "members":
        assert len(shell.json("show", what, "--limit", "2")) == 2


def test_what_people_wrote_is_shown_as_they_wrote_it(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    for title in ("Tier [/2] groups [bold]", "Why :apple: and not [red]pear[/red]?"):
        shell.run("post", "--author", ada, "--title", title)
        assert title in shell.run("show", "challenges").stdout
    shell.run("charter", "A [/b] network")
    assert "A [/b] network" in shell.run("show", "networks").stdout


def test_a_groups_title_is_not_shown(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    shell.run("post", "--author", ada, "--title", "A quarrel with my principal", "--confidentiality", "group")
    for words in (("show", "challenges"), ("tail",), ("recommend", shell.ids("members")["Ben Brook"])):
        assert "quarrel" not in shell.run(*words).output
    shell.run("export", shell.folder / "out")
    assert "quarrel" not in "".join(file.read_text("utf-8") for file in (shell.folder / "out").iterdir())


def test_the_same_command_id_records_once(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    post = ["post", "--author", ada, "--title", "Desks in rows", "--command-id", "mine"]
    first = shell.json(*post)
    history = shell.history()
    assert shell.json(*post) == first
    assert shell.history() == history
    assert "another body" in shell.refused(*post[:4], "Chairs in rows", *post[5:])
    answer = ["answer", first["challenge"], "--member", ada, "--text", "Turn them.", "--command-id", "mine too"]
    assert shell.json(*answer) == shell.json(*answer)
    assert len(shell.history()) == len(history) + 1


def test_the_tail_tells_positions_in_order(shell: Shell) -> None:
    told = shell.run("tail", "--after", "0", "--json").stdout
    decoder, moments = json.JSONDecoder(), []
    while told.strip():
        moment, end = decoder.raw_decode(told.lstrip())
        moments.append(moment)
        told = told.lstrip()[end:]
    assert [each["position"] for each in moments] == [row[0] for row in shell.history()]
    assert shell.run("tail").stdout == shell.run("tail", "--after", len(shell.history()) - 20).stdout
    assert len(shell.run("tail").stdout.splitlines()) == 20
    shell.run("charter", "Another Network")
    assert len(shell.run("tail", "--network", NAME).stdout.splitlines()) == 20
    assert len(shell.run("tail", "--network", "Another Network").stdout.splitlines()) == 3
    assert shell.run("tail", "--network", NAME, "--after", len(shell.history())).stdout == ""


def test_an_import_may_be_rehearsed(empty: Shell) -> None:
    empty.run("charter", NAME)
    history = empty.history()
    report = empty.json("import", empty.tables(), "--dry-run")
    assert (report["dry_run"], report["refusals"]) == (True, [])
    assert "22 events would be recorded." in empty.run("import", empty.tables(), "--dry-run").stdout
    assert empty.history() == history
    assert empty.json("import", empty.tables())["events"] == report["events"] == 22


# faults


def test_a_fault_shows_where_and_not_what(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> str:
        return {}[CANARY]

    monkeypatch.setattr("api.cli.showing.listed", stumble)
    done = shell.run("show", "members", code=3)
    assert "fault of confrere" in done.stderr
    assert "KeyError" in done.stderr
    assert "in stumble" in done.stderr
    assert "Mika" not in done.output


# as a program of its own


def program(shell: Shell, *words: object, **more: Any) -> subprocess.CompletedProcess[str]:
    told = {"PATH": "/usr/bin:/bin", "HOME": str(shell.folder)} | shell.environment
    return subprocess.run([SCRIPT, *map(str, words)], env=told, capture_output=True, text=True, check=False, **more)


def test_the_program_answers_with_words_and_exit_codes(shell: Shell) -> None:
    done = program(shell, "show", "challenges", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert {each["name"] for each in json.loads(done.stdout)} == {ABSENT, MONDAYS, QUARTER}
    done = program(shell, "show", "members", "--network", "Nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Refused: network: there is no such network")
    assert program(shell, "show", "nothing").returncode == 2


def test_a_reader_who_goes_away_early_is_no_fault(shell: Shell) -> None:
    told = {"PATH": "/usr/bin:/bin", "HOME": str(shell.folder)} | shell.environment
    words = f"{shlex.quote(str(SCRIPT))} tail --after 0 | true"
    done = subprocess.run(["/bin/sh", "-c", words], env=told, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_tail_that_follows_tells_what_another_process_records(shell: Shell) -> None:
    told = {"PATH": "/usr/bin:/bin", "HOME": str(shell.folder)} | shell.environment
    after = str(len(shell.history()))
    follower = subprocess.Popen(
        [SCRIPT, "tail", "--follow", "--after", after],
        env=told | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        posted = shell.json("post", "--author", shell.ids("members")["Ada Aberg"], "--title", "Desks in rows")
        assert follower.stdout is not None
        assert posted["challenge"] in follower.stdout.readline()
    finally:
        follower.kill()
        follower.communicate()


def test_usage_errors_of_click_stay_its_own() -> None:
    with pytest.raises(click.UsageError):
        confrere.main(["show"], standalone_mode=False)
