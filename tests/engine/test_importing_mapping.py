"""Foreign files become our tables by a mapping of names and values."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.challenges import ChallengeAnswered, ChallengePosted
from domain.members import AffiliationStarted, MemberJoined, NetworkRoleGranted, ProfileDescribed
from domain.refusals import BadFile
from domain.resources import ResourceShared
from domain.vocabulary import RoleFamily
from tests.engine.files import Desk

PEOPLE = """
zone = "America/New_York"
[[members]]
source = "people.csv"
columns = { member = "no", role = "job", place = { parts = ["city", "state"], by = ", " }, grades = "{low}–{high}" }
constants = { joined_at = "2024-01-01" }
values = { job = { math = "teacher" }, low = { KG = "K", none = "" } }
"""
PEOPLE_CSV = "no,job,city,state,low,high,colour\n1,math,Troy,NY,KG,5,red\n2,janitor,,OH,none,8,\n3,Janitor,,,,,\n"

THREADS = (
    PEOPLE
    + """
[[challenges]]
source = "talk.csv"
group_by = ["thread"]
earliest = "at"
columns = { challenge = "thread", author = "to", posted_at = "at", title = "title" }
[[posts]]
source = "talk.csv"
number_repeats = true
columns = { post = "id", challenge = "thread", author = "from", to = "to", posted_at = "at" }
"""
)
TALK_CSV = (
    "id,thread,from,to,at,title\n"
    "1,a,1,2,2024-02-02T09:00,Later\n"
    "2,a,1,3,2024-02-01T09:00,First\n"
    "2,a,1,2,2024-02-01T09:00,First\n"
    "3,b,2,2,2024-02-05T09:00,Alone\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def test_columns_constants_and_value_tables_fill_our_columns(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV)
    report = desk.take(PEOPLE)
    assert report.refusals == ()
    assert [(event.place, event.grades) for event in desk.events(ProfileDescribed)] == [("Troy, NY", "K–5"), ("OH", "")]
    assert len(desk.events(MemberJoined)) == 3


def test_a_day_alone_is_its_first_moment_in_the_zone(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV)
    desk.take(PEOPLE)
    assert {each.envelope.occurred_at for each in desk.recorded()} == {datetime(2024, 1, 1, 5, tzinfo=UTC)}


def test_unknown_roles_become_unspecified_and_are_counted_by_word(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV)
    report = desk.take(PEOPLE)
    roles = [event.role for event in desk.events(AffiliationStarted)]
    assert roles == [RoleFamily.TEACHER, RoleFamily.UNSPECIFIED, RoleFamily.UNSPECIFIED]
    assert [str(warned) for warned in report.warnings] == [
        "people.csv: role 'janitor' is none of our families, taken as unspecified: 2 × (lines 3, 4)"
    ]


def test_rows_of_one_grouping_key_become_one_led_by_the_earliest(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV, talk=TALK_CSV)
    report = desk.take(THREADS)
    assert report.refusals == ()
    assert [event.title for event in desk.events(ChallengePosted)] == ["First", "Alone"]
    members = [each.stream for each in desk.recorded() if isinstance(each.event, MemberJoined)]
    assert [event.author for event in desk.events(ChallengePosted)] == [members[2], members[1]]
    counted = next(one for one in report.tables if one.table == "challenges")
    assert (counted.read, counted.merged) == (4, 2)


def test_the_earliest_is_found_by_time_not_by_spelling(desk: Desk) -> None:
    talk = TALK_CSV.replace("2024-02-02T09:00,Later", "2024-02-01T23:30+10:00,Earliest")
    desk.write(people=PEOPLE_CSV, talk=talk)
    desk.take(THREADS)
    assert desk.events(ChallengePosted)[0].title == "Earliest"


def test_repeats_that_are_things_of_their_own_are_kept_and_warned_of(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV, talk=TALK_CSV)
    report = desk.take(THREADS)
    assert len({event.answer for event in desk.events(ChallengeAnswered)}) == 4
    assert "posts with a key that came before, kept and numbered: 1 × (lines 4)" in str(report.warnings[0])
    assert desk.take(THREADS).changed_nothing


def test_repeats_are_refused_where_a_mapping_does_not_expect_them(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV, talk=TALK_CSV)
    assert desk.refused(THREADS.replace("number_repeats = true", "")) == [
        "talk.csv:4: post: the same key as talk.csv:3"
    ]


SHELF = """
zone = "UTC"
[[resources]]
source = "list.csv"
group_by = ["name"]
where = ["topic", "domain"]
constants = { shared_at = "2020-04-01", kind = "programme" }
[resources.columns]
resource = "name"
title = "name"
topics = { parts = ["topic", "domain"], rows = "all" }
grades = { parts = ["grades"], rows = "all" }
description = { parts = ["{domain}: {rating}"], by = "\\n", rows = "all" }
"""


def test_all_rows_of_a_group_give_each_piece_once(desk: Desk) -> None:
    desk.write(
        list="name,topic,domain,grades,rating\n"
        "Read On,Reading,Fluency,K|1,good\nRead On,Reading,Words,1|2,\nRead On,Maths,Fluency,,good\nEmpty,,,,\n"
    )
    report = desk.take(SHELF)
    (shared,) = desk.events(ResourceShared)
    assert (shared.topics, shared.grades) == ("Reading|Fluency|Words|Maths", "K|1|2")
    assert shared.description == "Fluency: good"
    assert [(one.read, one.merged, one.left_out, one.events) for one in report.tables] == [(4, 2, 1, 1)]


def test_values_are_read_first_so_that_a_word_for_nothing_is_nothing(desk: Desk) -> None:
    desk.write(list="name,topic,domain,grades,rating\nRead On,none,-,K,good\nread on,Reading,-,1,good\n")
    values = 'values = { name = { "read on" = "Read On" }, topic = { none = "" }, domain = { - = "" } }'
    report = desk.take(SHELF.replace("[resources.columns]", f"{values}\n[resources.columns]"))
    (shared,) = desk.events(ResourceShared)
    assert (shared.title, shared.topics, shared.grades) == ("Read On", "Reading", "1")
    assert [(one.merged, one.left_out) for one in report.tables] == [(0, 1)]


def test_the_first_that_is_filled_can_stand_for_a_column(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV)
    mapping = PEOPLE.replace('{ parts = ["city", "state"], by = ", " }', '{ one_of = ["{city}, {state}", "state"] }')
    assert mapping != PEOPLE
    desk.take(mapping)
    assert [event.place for event in desk.events(ProfileDescribed)] == ["Troy, NY", "OH"]


def test_values_can_give_network_roles(desk: Desk) -> None:
    desk.write(people="no,expert,staff\n1,1,0\n2,0,1\n3,1,1\n")
    desk.take(
        """
        zone = "UTC"
        [[members]]
        source = "people.csv"
        constants = { joined_at = "2024-01-01" }
        columns = { member = "no", network_roles = { parts = ["expert", "staff"] } }
        values = { expert = { 1 = "expert", 0 = "" }, staff = { 1 = "facilitator", 0 = "" } }
        """
    )
    assert [event.role for event in desk.events(NetworkRoleGranted)] == [
        "expert",
        "facilitator",
        "expert",
        "facilitator",
    ]


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ('member = "no", role = "job"', "no,job\n1,math\n2,Pupil\n"),
        ('member = "no"', "no,role\n1,math\n2,student\n"),
        ('member = "no", role = "job"', "no,job\n1,math\n2,stu\n"),
    ],
)
def test_a_mapping_brings_no_student_in(desk: Desk, columns: str, rows: str) -> None:
    desk.write(people=rows)
    mapping = f"""
        zone = "UTC"
        [[members]]
        source = "people.csv"
        constants = {{ joined_at = "2024-01-01" }}
        columns = {{ {columns} }}
        values = {{ {'job = { Pupil = "teacher", stu = "student" }' if "job" in columns else ""} }}
    """
    (refused,) = desk.refused(mapping)
    assert refused.startswith("people.csv:3: ")
    assert "a student, pupil or rostered parent" in refused


def test_a_time_that_a_clock_shows_twice_is_the_first_and_one_it_skips_is_moved_on(desk: Desk) -> None:
    desk.write(
        people=PEOPLE_CSV,
        talk="id,thread,from,to,at,title\n1,a,1,2,2024-11-03T01:30,Twice\n2,b,1,2,2024-03-10T02:30,Skipped\n",
    )
    desk.take(THREADS)
    times = [each.envelope.occurred_at for each in desk.recorded() if isinstance(each.event, ChallengePosted)]
    assert times == [datetime(2024, 11, 3, 5, 30, tzinfo=UTC), datetime(2024, 3, 10, 7, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[[members]]", "[[member]]", "unknown field `member`"),
        ("[[members]]", "[[members", "this mapping cannot be used"),
        ("America/New_York", "America/Springfield", "there is no time zone"),
        ('member = "no"', 'memba = "no"', "we have no such column: memba"),
        ('member = "no", ', "", "required, and given by nothing: member"),
        ('joined_at = "2024-01-01"', 'joined_at = "2024-01-01", role = "x"', "both a column and a constant: role"),
        ('"{low}–{high}"', '"{}"', "a template without a column in braces: grades"),
        ('by = ", "', 'one_of = ["city"]', "either parts or one_of: place"),
        ('parts = ["city", "state"], ', "", "either parts or one_of: place"),
        ('"people.csv"', '"../people.csv"', "this mapping cannot be used"),
        ('"people.csv"', '"persons.csv"', "the mapping reads a file that is not here"),
        ('by = ", "', 'by = ""', "this mapping cannot be used"),
        ('"2024-01-01"', "2024-01-01", "this mapping cannot be used"),
        ('source = "people.csv"', 'source = "people.csv"\nrun = "rm"', "unknown field `run`"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(desk: Desk, before: str, after: str, words: str) -> None:
    desk.write(people=PEOPLE_CSV)
    assert before in PEOPLE
    with pytest.raises(BadFile, match=r"mapping\.toml|persons\.csv") as refused:
        desk.plan(PEOPLE.replace(before, after))
    assert words in str(refused.value)


def test_a_mapping_that_fills_nothing_is_refused(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV)
    with pytest.raises(BadFile, match="fills no table"):
        desk.plan('zone = "UTC"')


def test_columns_that_a_mapping_names_and_the_file_has_not_are_told(desk: Desk) -> None:
    desk.write(people=PEOPLE_CSV.replace("city", "town"))
    assert desk.refused(PEOPLE) == ["people.csv:1: without the column city (the mapping names it for members)"]


def test_a_template_takes_text_for_text(desk: Desk) -> None:
    desk.write(people='no,job,city,state,low,high\n1,math,Troy,NY,{high},"{__class__} %s"\n')
    desk.take(PEOPLE)
    assert desk.events(ProfileDescribed)[0].grades == "{high}–{__class__} %s"
