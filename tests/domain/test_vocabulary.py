import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import Command
from domain.plans import AnyCommand
from domain.resources import Url
from domain.vocabulary import (
    TEXT_LIMIT,
    TITLE_LIMIT,
    Id,
    Instant,
    Label,
    Minutes,
    Name,
    NetworkRole,
    OptionalText,
    RoleFamily,
    Text,
    Title,
    names_students,
)

LIMITS = {Name: 200, Label: 200, Title: TITLE_LIMIT, Text: TEXT_LIMIT, OptionalText: TEXT_LIMIT}
ONE_LINE, PROSE, REQUIRED = (Name, Label, Title), (Text, OptionalText), (Name, Title, Text)
NEVER_KEPT = [*map(chr, (0x00, 0x07, 0x08, 0x0B, 0x0C, 0x0E, 0x1B, 0x7F, 0x85, 0x9F)), "\ud800", "\udfff"]
INVISIBLE = [" ", "\t", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200f", "\u2060", "\ufeff", " \u200b "]


def takes(kind: Any, value: object) -> bool:
    try:
        return bool(msgspec.convert(value, kind) == value)
    except msgspec.ValidationError:
        return False


@pytest.mark.parametrize("kind", LIMITS)
def test_a_text_is_taken_up_to_its_limit_and_no_longer(kind: Any) -> None:
    assert takes(kind, "é" * LIMITS[kind])
    assert not takes(kind, "é" * (LIMITS[kind] + 1))


@pytest.mark.parametrize("kind", LIMITS)
@pytest.mark.parametrize("character", NEVER_KEPT)
def test_what_cannot_be_kept_is_refused_wherever_it_stands(kind: Any, character: str) -> None:
    assert not any(takes(kind, text) for text in (character, f"{character}ab", f"a{character}b", f"ab{character}"))


@pytest.mark.parametrize("kind", LIMITS)
@pytest.mark.parametrize("blank", INVISIBLE)
def test_what_nobody_can_see_is_no_text(kind: Any, blank: str) -> None:
    assert not takes(kind, blank)
    assert not takes(kind, blank * 3)
    assert takes(kind, f"a{blank}b") or blank == "\t"


@pytest.mark.parametrize("kind", LIMITS)
def test_only_an_optional_text_may_be_empty(kind: Any) -> None:
    assert takes(kind, "") is (kind not in REQUIRED)


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n", "\u2028", "\u2029"])
def test_one_line_has_no_line_ends_not_even_the_last(line_end: str) -> None:
    for kind in ONE_LINE:
        assert not any(takes(kind, text) for text in (f"one{line_end}two", f"one{line_end}", line_end))
    for kind in PROSE:
        assert takes(kind, f"one{line_end}two\tthree{line_end}")


@given(st.sampled_from(ONE_LINE), st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=99))
def test_every_other_line_is_taken(kind: Any, text: str) -> None:
    assert takes(kind, f"{text}x")
    assert takes(kind, f"x{text}")


@given(
    st.sampled_from(PROSE),
    st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\n\r"), max_size=99),
)
def test_every_other_prose_is_taken(kind: Any, text: str) -> None:
    assert takes(kind, f"{text}x")
    assert takes(kind, f"x{text}")


def seconds(text: str) -> float:
    """The best of a few, so that a busy machine does not decide."""
    took = []
    for _ in range(7):
        started = time.perf_counter()
        assert not takes(Text, text)
        took.append(time.perf_counter() - started)
    return min(took)


@pytest.mark.parametrize("filling", ["a", " ", "a "])
def test_no_text_makes_the_check_go_back_and_forth(filling: str) -> None:
    short, long = (seconds(filling * (size // len(filling)) + "\x00") for size in (1_900, 19_000))
    assert long < 40 * short, "ten times the text takes about ten times as long, not a hundred"


NO_IDS = ["", "member", "member-", "member-1234567", "member-1234567g", "Member-12345678", "member-12345678\n"]
NO_IDS += ["-12345678", "member-12345678 ", "member_12345678", f"member-{'a' * 65}", "mémber-12345678"]


@pytest.mark.parametrize("text", NO_IDS)
def test_an_id_has_one_form(text: str) -> None:
    assert not takes(Id, text)


@given(st.from_regex(r"[a-z]+-[0-9a-f]{8,64}", fullmatch=True))
def test_every_id_of_that_form_is_taken(text: str) -> None:
    assert takes(Id, text)


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "ftp://x.org", "https://", "https://x y", "https://x\n", "x.org"]
)
def test_an_address_leads_to_the_web(text: str) -> None:
    assert not takes(Url, text)


@pytest.mark.parametrize("text", ["", "https://example.org/a?b=c#d", "http://example.org", "/shelf/12"])
def test_an_address_may_be_left_out(text: str) -> None:
    assert takes(Url, text)


@pytest.mark.parametrize("minutes", [-1, 100_001, 1.5, "30", None])
def test_minutes_are_counted_whole_and_never_below_nothing(minutes: object) -> None:
    assert not takes(Minutes, minutes)


def test_an_instant_names_its_zone() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("2025-09-03T12:00:00", Instant)
    assert msgspec.convert("2025-09-03T12:00:00Z", Instant).tzinfo is not None


@pytest.mark.parametrize("command", AnyCommand.__args__)
def test_no_command_takes_a_field_it_does_not_know(command: type[Command]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"no_such_field": 1}, command)


@pytest.mark.parametrize("command", AnyCommand.__args__)
def test_no_text_of_a_command_is_without_a_limit(command: type[Command]) -> None:
    schemas = msgspec.json.schema_components([command])[1]
    own = schemas[command.__name__]["properties"]
    for field, schema in own.items():
        for one in schema.get("anyOf", [schema]):
            if one.get("type") == "string" and "format" not in one:
                assert "pattern" in one or "maxLength" in one, field


@pytest.mark.parametrize(
    "role",
    [
        *("student", "Students", " PUPIL ", "learners", "child", "Children", "scholar", "Relatives", "guardian"),
        *("student (grade 4)", "9th-grade student", "student_role", "parent/guardian", "parents", "Parent of two"),
        *("teacher, parent", "teacher; student", "student teacher and parent", "parent, leader", "student / support"),
        *("Parent-Teacher", "ELL learner", "student-athlete"),
    ],
)
def test_a_role_that_names_a_student_or_a_rostered_parent_is_known(role: str) -> None:
    assert names_students(role)


@pytest.mark.parametrize(
    "role",
    [
        *("student teacher", "Student Teachers", "student-teacher", "Director of Student Services"),
        *("student support specialist", "parent leader", "Parent  Liaison", "parent coordinators"),
        *(
            "resident or parent leader",
            "teacher",
            "early childhood educator",
            "apparent heir",
            "",
            "scholarship officer",
        ),
    ],
)
def test_a_role_among_staff_or_leaders_names_no_student(role: str) -> None:
    assert not names_students(role)


def test_no_role_that_is_taken_names_students() -> None:
    assert not any(names_students(role) for role in (*RoleFamily, *NetworkRole))
