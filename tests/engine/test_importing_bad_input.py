"""What is wrong with a file is told with line and column, all of it at once, and nothing is recorded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.refusals import BadFile, Malformed
from domain.vocabulary import STUDENT_ROLES
from engine.importing import plan_import, reading
from tests.engine.files import CHALLENGES, MEMBERS, NET, POSTS, SITES, TODAY, Desk

HEAD = "member,joined_at\n"
PLAIN = HEAD + "m1,2024-09-01T08:00Z\nm2,2024-09-01T08:00Z\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    assert desk.recorded() == []
    desk.store.close()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (b"", "members.csv:1: empty"),
        (b"\xff\xfem\x00e\x00", "members.csv:1: not in UTF-8 (save it as CSV UTF-8, with commas)"),
        (PLAIN.encode() + b"Jos\xe9,2024-09-01T08:00Z\n", "members.csv:4: not in UTF-8"),
        (b"\xef\xbb\xbf" + PLAIN.encode() + b"\xe9\n", "members.csv:4: not in UTF-8"),
        (b"member,joined_at\nm\x001,2024-09-01\n", "members.csv:2: holds a NUL byte"),
        ("member;joined_at\nm1;2024-09-01\n", "members.csv:1: the columns are not parted by commas"),
        ("member,joined_at,\nm1,2024-09-01,\n", "members.csv:1: column 3 has no name"),
        ("member,joined_at,member\nm1,2024-09-01,m2\n", "members.csv:1: named twice: member"),
        ("member,joined_at,rool\nm1,2024-09-01T08:00Z,x\n", "unknown column rool (did you mean role?)"),
        ("member,joined_at,shoe\nm1,2024-09-01T08:00Z,x\n", "unknown column shoe (the columns are member, name,"),
        ("member,name\nm1,Ada\n", "members.csv:1: without the required column joined_at"),
        (HEAD + "m1,2024-09-01T08:00Z\nm2\n", "members.csv:3: 1 values where the first line names 2 columns"),
        (HEAD + 'm1,"2024\nm2,2024-09-01T08:00Z\n', "members.csv:2: a quotation mark is out of place here"),
        (HEAD + '"m1"x,2024-09-01T08:00Z\n', "members.csv:2: a quotation mark is out of place here"),
        (HEAD + ",2024-09-01T08:00Z\n", "members.csv:2: member: missing"),
        (HEAD + "m1,\n", "members.csv:2: joined_at: missing"),
        (HEAD + "m1,soon\n", "members.csv:2: joined_at: not a date or time (write 2024-09-02"),
        (HEAD + "m1,2024-02-30\n", "members.csv:2: joined_at: not a date or time"),
        (HEAD + "m1,2024-W01-1\n", "members.csv:2: joined_at: not a date or time"),
        (HEAD + "m1,0001-01-01T00:00+14:00\n", "members.csv:2: joined_at: not a date or time"),
        (HEAD + "m1,2024-09-01T08:00\n", "members.csv:2: joined_at: a local time, and no zone is named"),
        (HEAD + "m1,2025-03-03T12:02Z\n", "members.csv:2: joined_at: this lies in the future"),
        (PLAIN + "m1,2024-09-01T08:00Z\n", "members.csv:4: member: the same key as members.csv:2"),
        ("member,joined_at,site\nm1,2024-09-01T08:00Z,s9\n", "members.csv:2: site: there is no such site, neither"),
        ("member,joined_at,level\nm1,2024-09-01T08:00Z,boss\n", "level: none of: honor, follow, partner, lead"),
        ("member,joined_at,network_roles\nm1,2024-09-01T08:00Z,coach|boss\n", "network_roles: none of: member, coach"),
        ("member,joined_at,minutes\nm1,2024-09-01T08:00Z,60\n", "members.csv:2: period: missing beside minutes"),
        (
            "member,joined_at,minutes,period\nm1,2024-09-01T08:00Z,an hour,week\n",
            "members.csv:2: minutes: not a whole number",
        ),
        (
            "member,joined_at,minutes,period\nm1,2024-09-01T08:00Z,-1,week\n",
            "members.csv:2: minutes: at least 0 is needed",
        ),
        (f"member,joined_at,name\nm1,2024-09-01T08:00Z,{'x' * 201}\n", "name: longer than 200 characters"),
        (f"member,joined_at,profile\nm1,2024-09-01T08:00Z,{'x' * 20_001}\n", "profile: longer than 20000 characters"),
        ("member,joined_at,name\nm1,2024-09-01T08:00Z,A\x07da\n", "name: empty, or with characters"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(desk: Desk, members: str | bytes, words: str) -> None:
    desk.write(members=members)
    refused = desk.refused()
    assert len(refused) == 1
    assert words in refused[0]


@pytest.mark.parametrize(
    ("table", "text", "words"),
    [
        ("challenges", CHALLENGES.replace("m1", "m9"), "challenges.csv:2: author: there is no such member, neither"),
        ("challenges", CHALLENGES.replace("Desks in rows", " "), "challenges.csv:2: title: missing"),
        ("challenges", CHALLENGES.replace("Desks in rows", "x" * 301), "title: longer than 300 characters"),
        ("challenges", CHALLENGES.replace("They never talk.", "x" * 20_001), "text: longer than 20000 characters"),
        ("posts", POSTS.replace("c1", "c9"), "posts.csv:2: challenge: there is no such challenge, neither"),
        ("posts", POSTS.replace("m2,,", "m2,m9,"), "posts.csv:2: to: there is no such member, neither"),
        ("resources", "resource,shared_at,title,url\nr1,2024-09-01Z,x,\n", "shared_at: not a date or time"),
        (
            "resources",
            "resource,shared_at,title,url\nr1,2024-09-01T08:00Z,x,javascript:alert(1)\n",
            "resources.csv:2: url: neither a web address nor a path",
        ),
        ("sites", SITES.replace("school,", "palace,"), "kind: none of: school, district, state, organisation"),
        ("sites", SITES.replace("m1,2024-09-02T12:00Z", ","), "sites.csv:2: contact: missing beside a statement"),
        ("sites", SITES.replace("2024-09-02T12:00Z", ""), "sites.csv:2: described_at: missing beside a statement"),
        ("sites", SITES.replace("d1,,district", "d1,s1,district"), "parent: the line of its parents leads in a circle"),
        ("sites", SITES.replace("d1,,district", "d1,d9,district"), "sites.csv:3: parent: there is no such site"),
    ],
)
def test_a_bad_cell_is_refused_in_every_table(desk: Desk, table: str, text: str, words: str) -> None:
    desk.whole()
    desk.write(**{table: text})
    assert words in " ; ".join(desk.refused())


def test_everything_that_is_wrong_is_told_at_once_and_only_that(desk: Desk) -> None:
    desk.whole()
    desk.write(
        members=MEMBERS.replace("2024-09-01T08:00Z,partner,120", "someday,boss,many"),
        challenges=CHALLENGES.replace("Desks in rows", ""),
        posts=POSTS.replace("m2", "m7"),
    )
    assert [refusal.partition(" (")[0] for refusal in desk.refused()] == [
        "challenges.csv:2: title: missing",
        "members.csv:2: joined_at: not a date or time",
        "members.csv:2: level: none of: honor, follow, partner, lead",
        "members.csv:2: minutes: not a whole number",
        "posts.csv:2: author: there is no such member, neither in these files nor in this network",
    ]


def test_what_the_network_refuses_is_told_together_with_what_is_wrong_in_the_files(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.whole()
    desk.take()
    desk.write(sites=SITES.replace("Bay District", "Gulf District"), challenges=CHALLENGES.replace("Desks in rows", ""))
    assert [refusal.partition(" (")[0] for refusal in desk.refused()] == [
        "challenges.csv:2: title: missing",
        "sites.csv:3: site: a site of this id is registered already, otherwise",
    ]
    desk.store.close()


@pytest.mark.parametrize("role", sorted(STUDENT_ROLES | {"Student", " PUPIL ", "Parents", "teacher, parent"}))
def test_students_pupils_and_rostered_parents_are_refused_with_their_lines(desk: Desk, role: str) -> None:
    desk.whole()
    desk.write(members=MEMBERS + f'm3,Cleo,"{role}",,2024-09-01T08:00Z,,,,,,,\n')
    words = "a student, pupil or rostered parent, whose data is not taken in (take these rows out of the file)"
    assert desk.refused() == [f"members.csv:4: role: {words}"]


@pytest.mark.parametrize("role", ["student teacher", "resident or parent leader", "school counselor", "kin"])
def test_grown_ups_who_work_with_them_are_welcome(tmp_path: Path, role: str) -> None:
    desk = Desk(tmp_path)
    desk.write(members=f"member,role,joined_at\nm1,{role},2024-09-01T08:00Z\n")
    assert desk.take().refusals == ()
    desk.store.close()


def test_headers_alone_are_nothing_to_import(desk: Desk) -> None:
    desk.write(members=HEAD, posts=POSTS.splitlines()[0] + "\n")
    with pytest.raises(BadFile, match="no row to import"):
        desk.plan()


def test_a_table_without_rows_beside_one_with_rows_is_fine(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(members=PLAIN, posts=POSTS.splitlines()[0])
    assert desk.take().events == 2
    desk.store.close()


def test_a_file_that_is_none_of_our_tables_is_refused(desk: Desk) -> None:
    desk.write(members=PLAIN, member=PLAIN)
    (refused,) = desk.refused()
    assert refused.startswith("member.csv: not one of our tables (they are sites.csv, members.csv, ")


def test_a_folder_without_tables_and_a_path_that_is_not_there_are_refused(desk: Desk) -> None:
    with pytest.raises(BadFile, match="no CSV file"):
        desk.plan()
    with pytest.raises(BadFile, match="no such file"):
        plan_import(desk.folder / "gone", NET, desk.keys, now=TODAY)


def test_two_files_of_one_name_are_refused(desk: Desk) -> None:
    desk.write(members=PLAIN)
    file = desk.folder / "members.csv"
    with pytest.raises(BadFile, match="two files of one name"):
        plan_import([desk.folder, file], NET, desk.keys, now=TODAY)


def test_a_zone_that_does_not_exist_is_refused(desk: Desk) -> None:
    desk.write(members=PLAIN)
    with pytest.raises(Malformed, match="there is no time zone"):
        desk.plan(zone="America/Springfield")


def test_a_file_above_the_limit_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(members=PLAIN)
    monkeypatch.setattr(reading, "FILE_LIMIT", len(PLAIN) - 1)
    assert desk.refused() == ["members.csv: larger than 0 MB (import it in several smaller parts)"]
    monkeypatch.setattr(reading, "FILE_LIMIT", len(PLAIN))
    assert desk.plan().refusals == ()


def test_a_text_longer_than_the_reader_takes_is_refused_at_its_line(desk: Desk) -> None:
    desk.write(members=f'{HEAD}m1,2024-09-01T08:00Z\n"{"x" * 200_000}",2024-09-01T08:00Z\n')
    assert desk.refused()[0].startswith("members.csv:3: a value is longer than 131,072 characters")


def test_lines_are_those_of_the_file_also_after_texts_with_line_ends(desk: Desk) -> None:
    desk.write(members='member,joined_at,profile\nm1,2024-09-01T08:00Z,"one\ntwo\n\nthree"\n\nm2,never,\n')
    assert [(refusal.line, refusal.field) for refusal in desk.plan().refusals] == [(7, "joined_at")]


def test_no_text_or_key_of_a_person_is_in_any_refusal_or_warning(desk: Desk) -> None:
    desk.write(
        members="member,name,role,joined_at,level,profile\n"
        f"ada@example.org,Ada Lovelace,{'secretly ' * 9},yesterday,Ada's own,{'secret ' * 4000}\n"
        "ada@example.org,Ada Lovelace,,2024-09-01T08:00Z,,\n",
        challenges="challenge,author,posted_at,title\nmy secret,ben@example.org,2024-09-01T08:00Z,A secret\n",
    )
    plan = desk.plan()
    told = " ".join(map(str, (*desk.refused(), *plan.refusals, *plan.warnings)))
    assert len(plan.refusals) == 4
    for word in ("secret", "Lovelace", "example.org", "Ada", "yesterday"):
        assert word not in told


def test_acts_before_their_time_are_warnings(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.whole()
    desk.write(
        challenges=CHALLENGES.replace("2024-09-03", "2024-08-03"), posts=POSTS.replace("2024-09-03T11", "2024-08-01T11")
    )
    report = desk.take()
    assert report.refusals == ()
    assert [str(warned) for warned in report.warnings] == [
        "challenges.csv: posted before its author joined: 1 × (lines 2)",
        "posts.csv: posted before its author joined: 1 × (lines 2)",
        "posts.csv: posted before its challenge: 1 × (lines 2)",
    ]
    desk.store.close()


def test_an_empty_optional_text_is_a_warning_with_a_count(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = "".join(f"c{n},m1,2024-09-03T10:00Z,Title,\n" for n in range(7))
    desk.write(members=PLAIN.replace("joined_at", "joined_at,role").replace("00Z", "00Z,teacher"))
    desk.write(challenges=CHALLENGES.splitlines()[0] + "\n" + rows)
    report = desk.take()
    assert [str(warned) for warned in report.warnings] == [
        "challenges.csv: challenges with an empty text: 7 × (lines 2, 3, 4, 5, 6, …)"
    ]
    assert report.refusals == ()
    desk.store.close()


def test_a_byte_order_mark_and_other_line_ends_are_no_harm(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(members=b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert desk.take().events == 2
    desk.store.close()


def test_a_future_instant_is_told_also_where_the_row_is_wrong_otherwise(desk: Desk) -> None:
    desk.whole()
    desk.write(challenges=CHALLENGES.replace("Desks in rows", "").replace("2024-09", "2025-09"))
    assert [refusal.partition(" (")[0] for refusal in desk.refused()] == [
        "challenges.csv:2: posted_at: this lies in the future",
        "challenges.csv:2: title: missing",
    ]


def test_a_file_without_its_first_line_is_told_so_and_nobody_is_quoted(desk: Desk) -> None:
    desk.write(members="m1,Ana Ruiz,teacher,2024-09-01T08:00:00Z\n")
    (told,) = desk.refused()
    assert told.startswith("members.csv:1: the first line names none of our columns")
    assert "Ana" not in told
