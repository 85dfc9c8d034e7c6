"""Who is in a network, their roles, and tokens, from the command line."""

import json
import re

import pytest

from domain.refusals import Unauthenticated
from domain.vocabulary import NetworkRole
from engine.runtime import Confrere
from engine.settings import read_settings
from tests.api.shell import NAME, Shell

SECRET = re.compile(r"confrere_[0-9a-f]{16}_[\w-]{43}", re.ASCII)


@pytest.fixture
def chartered(empty: Shell) -> Shell:
    empty.run("charter", NAME)
    return empty


def opened(shell: Shell) -> Confrere:
    return Confrere(read_settings(shell.environment))


def test_the_first_admin_joins_in_one_command(chartered: Shell) -> None:
    member = chartered.json("join", "--name", "Ada", "--role", "admin", "--role", "facilitator")["member"]
    with opened(chartered) as system:
        reader = system.queries.reader(system.network(None), member)
    assert reader.roles == {NetworkRole.ADMIN, NetworkRole.FACILITATOR}
    assert chartered.ids("members") == {"Ada": member}
    words = [each["words"] for each in _tail(chartered)[-4:]]
    assert words[0] == f"{member} invited by operator"
    assert words[1] == f"{member} joined"


def test_joining_again_under_the_same_command_id_records_nothing_twice(chartered: Shell) -> None:
    words = ("join", "--name", "Ada", "--role", "admin", "--command-id", "first-admin")
    once = chartered.json(*words)
    before = chartered.history()
    assert chartered.json(*words) == once
    assert chartered.history() == before


def test_a_role_is_given_and_taken_back(chartered: Shell) -> None:
    member = chartered.json("join", "--name", "Ada")["member"]
    assert "recorded" in chartered.run("grant", member[:14], "auditor").stdout
    before = chartered.history()
    assert "nothing changed" in chartered.run("grant", member, "auditor").stdout
    assert chartered.history() == before
    with opened(chartered) as system:
        assert system.queries.reader(system.network(None), member).auditor
    chartered.run("withdraw", member, "auditor")
    with opened(chartered) as system:
        assert not system.queries.reader(system.network(None), member).auditor


def test_a_token_is_shown_once_speaks_for_its_member_and_ends_when_revoked(chartered: Shell) -> None:
    member = chartered.json("join", "--name", "Ada")["member"]
    made = chartered.json("token", "create", "--member", member, "--label", "laptop", "--days", 3)
    assert SECRET.fullmatch(made["token"])
    with opened(chartered) as system:
        bearer = system.tokens.bearer(made["token"])
        assert (bearer.member, bearer.network) == (member, system.network(None)) == (made["member"], made["network"])
        for listed in (chartered.run("token", "list").stdout, json.dumps(chartered.json("token", "list"))):
            assert made["id"] in listed
            assert made["token"].rpartition("_")[2] not in listed
        assert "revoked" in chartered.run("token", "revoke", made["id"]).stdout
        with pytest.raises(Unauthenticated):
            system.tokens.bearer(made["token"])
    assert "revoked" in chartered.run("token", "list").stdout


def test_a_token_is_revoked_by_the_beginning_of_its_id(chartered: Shell) -> None:
    member = chartered.json("join", "--name", "Ada")["member"]
    made = [chartered.json("token", "create", "--member", member)["id"] for _ in range(2)]
    assert f"revoked: {made[1]}" in chartered.run("token", "revoke", made[1][:15]).stdout
    listed = chartered.json("token", "list")
    assert {each["id"] for each in listed} == set(made)
    assert [each["id"] for each in listed if each["revoked_at"]] == [made[1]]


def test_for_people_a_token_is_printed_alone_on_its_line_with_a_line_to_try(chartered: Shell) -> None:
    member = chartered.json("invite")["member"]
    network = chartered.json("show", "networks")[0]["id"]
    printed = chartered.run("token", "create", "--member", member, CONFRERE_PORT="9000").stdout.splitlines()
    assert SECRET.fullmatch(printed[0])
    assert f"{member} of {network}" in printed[1]
    address = "http://127.0.0.1:9000/api/v1/me"
    assert printed[-1].split() == ["curl", "-H", "'Authorization:", "Bearer", f"{printed[0]}'", address]


def test_ids_of_tokens_are_listed_whole_however_narrow_the_screen(chartered: Shell) -> None:
    member = chartered.json("invite")["member"]
    made = chartered.json("token", "create", "--member", member, "--label", "a label of some length")["id"]
    assert made in chartered.run("token", "list", COLUMNS="40").stdout


def test_who_was_invited_has_a_token_before_they_joined(chartered: Shell) -> None:
    member = chartered.json("invite", "--command-id", "invitation")["member"]
    assert chartered.json("invite", "--command-id", "invitation")["member"] == member
    assert chartered.json("token", "create", "--member", member)["member"] == member
    assert chartered.ids("members") == {}


def test_bad_input_is_refused_in_words(chartered: Shell) -> None:
    stranger = "member-0123456789abcdef0123456789abcdef"
    assert "no such member" in chartered.refused("token", "create", "--member", stranger)
    assert "no such member" in chartered.refused("grant", stranger, "admin")
    for beginning in ("0123456789abcdef", "", "%", "_", "\u0665"):
        assert "no such token" in chartered.refused("token", "revoke", beginning)
    assert "name: empty" in chartered.refused("join", "--name", "two\nlines", "--role", "admin")
    chartered.run("token", "create", "--member", stranger, "--days", 0, code=2)
    chartered.run("join", "--name", "Ada", "--role", "king", code=2)


def _tail(shell: Shell) -> list[dict[str, str]]:
    decoder, rest, found = json.JSONDecoder(), shell.run("tail", "--json").stdout.strip(), []
    while rest:
        moment, end = decoder.raw_decode(rest)
        found.append(moment)
        rest = rest[end:].strip()
    return found
