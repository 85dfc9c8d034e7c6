"""Somebody is erased from the command line."""

from tests.api.shell import MONDAYS, Shell
from tests.engine.canaries import found_in

WORDS = "i follow up on absences"


def test_it_asks_first_shows_what_there_is_and_leaves_nothing(shell: Shell) -> None:
    member, challenge = shell.ids("members")["Ben Brook"], shell.ids("challenges")[MONDAYS]
    shell.run("answer", challenge, "--member", shell.ids("members")["Dan Dorn"], "--text", "Ask Brook about it.")
    shell.run("export", shell.folder / "out")
    kept = [shell.folder / "data", shell.folder / "out"]
    assert all(found_in(each, {WORDS}) for each in kept)
    asked = shell.run("erase", member, code=130)
    assert "Ben Brook" in asked.stdout
    assert challenge in asked.stdout
    assert str(shell.folder / "out") in asked.stdout
    assert all(found_in(each, {WORDS}) for each in kept)
    done = shell.run("erase", member[:16], "--yes")
    assert "the key is destroyed" in done.stdout
    assert f"deleted: {shell.folder / 'out'}" in done.stdout
    assert not any(found_in(each, {WORDS, "ben brook"}) for each in kept)
    assert "Ben Brook" not in shell.ids("members")
    assert shell.json("erase", member, "--yes")["named"] == [], "their name is not known any more"


def test_a_hold_stands_in_the_way_until_it_is_released(shell: Shell) -> None:
    member = shell.ids("members")["Ben Brook"]
    assert "recorded" in shell.run("hold", member, "--reason", "a lawsuit is pending").stdout
    assert "nothing changed" in shell.run("hold", member, "--reason", "a lawsuit is pending").stdout
    assert "legal hold" in shell.refused("erase", member, "--yes")
    shell.run("release", member, "--reason", "it was settled")
    shell.run("erase", member, "--yes")
    assert "was erased" in shell.refused("hold", member, "--reason", "too late")


def test_proofs_verify_and_rules_hold_as_before(shell: Shell) -> None:
    member = shell.ids("members")["Ben Brook"]
    shell.run("recommend", shell.ids("challenges")[MONDAYS])
    kept = shell.folder / "kept.checkpoint"
    kept.write_text(shell.run("audit", "checkpoint").stdout, "utf-8")
    before = shell.history()
    shell.run("erase", member, "--yes")
    assert shell.history()[: len(before)] == before, "not a byte of what was stored is another"
    assert "are the beginning of" in shell.run("audit", "consistent", kept).stdout
    shell.run("audit", "prove", 5, "--checkpoint", kept)
    shell.run("audit", "verify", "--checkpoint", kept)
    shell.run("audit", "check")
    shell.run("audit", "check", "--open")
    shell.run("doctor")
    shell.run("show", "members")
    shell.run("show", "challenges")


def test_who_answers_no_is_told_that_nobody_was_erased(shell: Shell) -> None:
    before = shell.happened()
    asked = shell.run("erase", shell.ids("members")["Ben Brook"], code=1, typed="n\n")
    assert asked.stderr.splitlines()[-1] == "Nobody was erased."
    assert "Interrupted" not in asked.output
    assert shell.happened() == before
