"""Our own tables come in whole, once, on behalf of those whose acts they are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from domain.budgets import TimeBudgetSet
from domain.challenges import ChallengeAnswered, ChallengePosted
from domain.members import (
    AffiliationStarted,
    ChooseEngagementLevel,
    DescribeProfile,
    EngagementLevelChosen,
    ExpertiseClaimed,
    GrowthAreaNamed,
    LeaveNetwork,
    MemberJoined,
    NetworkRoleGranted,
    ProfileDescribed,
)
from domain.networks import CharterNetwork
from domain.resources import ResourceShared
from domain.sites import SiteDescribed, SiteRegistered
from domain.vocabulary import OPERATOR, Level, PeriodKind, RoleFamily
from engine.commands import Order, Sender
from engine.importing import Report, plan_import, run_import
from engine.importing.mapping import Cell, Entry, Mapping
from engine.importing.tables import TABLES
from engine.sealing import KeyRing
from tests.engine.files import CHALLENGES, MEMBERS, NET, POSTS, RESOURCES, SITES, TODAY, Desk

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def test_every_table_becomes_what_it_says(desk: Desk) -> None:
    desk.whole()
    report = desk.take()
    assert report.refusals == ()
    district, school = desk.events(SiteRegistered)
    assert (district.name, school.name) == ("Bay District", "Harbor School")
    assert [event.name for event in desk.events(MemberJoined)] == ["Ada", "Ben"]
    assert [event.role for event in desk.events(AffiliationStarted)] == [RoleFamily.TEACHER, RoleFamily.PRINCIPAL]
    assert [event.since for event in desk.events(AffiliationStarted)] == [date(2024, 9, 1)] * 2
    assert [event.text for event in desk.events(ProfileDescribed)] == ["I teach."]
    assert [(event.minutes, event.period) for event in desk.events(TimeBudgetSet)] == [(120, PeriodKind.MONTH)]
    assert [event.role for event in desk.events(NetworkRoleGranted)] == ["coach", "expert"]
    assert [event.topic for event in desk.events(ExpertiseClaimed)] == ["algebra", "desks"]
    assert [event.topic for event in desk.events(GrowthAreaNamed)] == ["feedback"]
    assert [event.statement for event in desk.events(SiteDescribed)] == ["We teach boat building."]
    assert [event.title for event in desk.events(ChallengePosted)] == ["Desks in rows"]
    assert [event.text for event in desk.events(ChallengeAnswered)] == ["Try circles."]
    assert [event.contributor for event in desk.events(ResourceShared)] == [NET]
    assert report.events == len(desk.recorded()) == sum(one.events for one in report.tables)


def test_members_act_and_the_operator_records(desk: Desk) -> None:
    desk.whole()
    desk.take()
    staff = SiteRegistered | NetworkRoleGranted | ResourceShared
    for each in desk.recorded():
        assert each.envelope.actor == "operator"
        speaks = each.envelope.on_behalf_of
        assert speaks is None if isinstance(each.event, staff) else speaks is not None
    ben = next(each.stream for each in desk.recorded() if each.event == MemberJoined(name="Ben"))
    answered = next(each for each in desk.recorded() if isinstance(each.event, ChallengeAnswered))
    assert answered.envelope.on_behalf_of == answered.event.member == ben


def test_an_answer_to_nobody_in_particular_is_to_the_author(desk: Desk) -> None:
    desk.whole()
    desk.take()
    assert desk.events(ChallengeAnswered)[0].to == desk.events(ChallengePosted)[0].author


def test_a_site_is_registered_after_the_one_it_lies_in_and_before_all_that_is_told(desk: Desk) -> None:
    desk.whole()
    desk.take()
    district, school = [each for each in desk.recorded() if isinstance(each.event, SiteRegistered)]
    assert school.event.parent == district.stream
    assert {school.envelope.occurred_at, district.envelope.occurred_at} == {datetime(2024, 9, 1, 8, tzinfo=UTC)}


def test_a_whole_import_is_one_save_under_one_command(desk: Desk) -> None:
    desk.whole()
    desk.take()
    assert len({(each.envelope.command, each.recorded_at) for each in desk.recorded()}) == 1


def test_again_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.whole()
    desk.take()
    head = desk.store.head()
    report = desk.take()
    assert report.changed_nothing
    assert all(one.unchanged == one.read and one.events == 0 for one in report.tables)
    assert desk.store.head() == head


def test_a_dry_run_tells_the_same_and_records_nothing(desk: Desk) -> None:
    desk.whole()
    rehearsed = desk.take(dry_run=True)
    assert desk.recorded() == []
    told = desk.take()
    assert (told.events, told.tables, told.warnings) == (rehearsed.events, rehearsed.tables, rehearsed.warnings)


def test_a_grown_file_adds_what_is_new_and_leaves_alone_what_members_said_since(desk: Desk) -> None:
    desk.whole()
    desk.take()
    ada = desk.events(ChallengePosted)[0].author
    desk.say(ChooseEngagementLevel(member=ada, level=Level.HONOR), by=ada)
    desk.say(DescribeProfile(member=ada, text="I moved on."), by=ada)
    desk.write(members=MEMBERS + "m3,Cleo,,,2024-10-01T08:00Z,,,,,,,\n")
    report = desk.take()
    assert [(one.table, one.events) for one in report.tables if one.events] == [("members", 1)]
    assert [event.level for event in desk.events(EngagementLevelChosen)] == [Level.PARTNER, Level.HONOR]
    assert desk.events(ProfileDescribed)[-1].text == "I moved on."
    assert desk.take().changed_nothing


def test_who_left_is_not_brought_back_by_the_same_file(desk: Desk) -> None:
    desk.whole()
    desk.take()
    ada = desk.events(ChallengePosted)[0].author
    desk.say(LeaveNetwork(member=ada), by=ada)
    desk.write(members=MEMBERS + "m3,Cleo,,,2024-10-01T08:00Z,,,,,,,\n")
    assert desk.take().refusals == ()
    assert [event.name for event in desk.events(MemberJoined)] == ["Ada", "Ben", "Cleo"]


@pytest.mark.parametrize(
    ("table", "text", "before", "after", "words"),
    [
        ("sites", SITES, "Bay District", "Gulf District", "sites.csv:3: site: a site of this id is registered already"),
        ("members", MEMBERS, "Ada", "Eva", "members.csv:2: joined_at: this member stands already"),
        ("challenges", CHALLENGES, "They never", "Nobody does", "challenges.csv:2: challenge: a challenge of this id"),
        ("challenges", CHALLENGES, "T10:00Z", "T10:30Z", "challenges.csv:2: posted_at: this challenge stands already"),
        ("posts", POSTS, "circles", "pairs", "posts.csv:2: post: an answer of this id stands already"),
        ("posts", POSTS, "T11:00Z", "T11:30Z", "posts.csv:2: posted_at: this answer stands already"),
        ("resources", RESOURCES, "How to", "What to", "resources.csv:2: resource: a resource of this id"),
    ],
)
def test_a_changed_row_is_refused_at_its_line(
    desk: Desk, table: str, text: str, before: str, after: str, words: str
) -> None:
    desk.whole()
    desk.take()
    desk.write(**{table: text.replace(before, after)})
    refused = desk.refused()
    assert len(refused) == 1
    assert words in refused[0]


def test_a_changed_word_about_a_member_is_a_new_fact(desk: Desk) -> None:
    desk.whole()
    desk.take()
    desk.write(members=MEMBERS.replace("I teach.", "I teach and coach."))
    assert desk.take().events == 1
    assert [event.text for event in desk.events(ProfileDescribed)] == ["I teach.", "I teach and coach."]


def test_files_of_a_later_import_may_name_what_an_earlier_one_brought(desk: Desk) -> None:
    desk.write(members=MEMBERS.replace(",s1,", ",,"))
    desk.take()
    (desk.folder / "members.csv").unlink()
    desk.write(challenges=CHALLENGES, posts=POSTS)
    assert desk.take().refusals == ()
    assert len(desk.events(ChallengeAnswered)) == 1


def test_an_id_belongs_to_one_network_and_cannot_be_guessed_from_a_key(desk: Desk) -> None:
    desk.whole()
    ids = {one.order.command.member for one in desk.plan().orders if hasattr(one.order.command, "member")}
    assert ids == {one.order.command.member for one in desk.plan().orders if hasattr(one.order.command, "member")}
    other_ring = plan_import(desk.folder, NET, KeyRing.in_memory(), now=TODAY)
    other_net = plan_import(desk.folder, "network-000000ff", desk.keys, now=TODAY)
    for plan in (other_ring, other_net):
        assert not ids & {getattr(one.order.command, "member", "") for one in plan.orders}


def test_an_id_of_ours_stays_what_it_is(desk: Desk) -> None:
    desk.whole()
    desk.take()
    ada = desk.events(ChallengePosted)[0].author
    desk.write(challenges=CHALLENGES.replace("c1,m1", f"c2,{ada}"))
    (desk.folder / "posts.csv").unlink()
    assert desk.take().refusals == ()
    assert [event.author for event in desk.events(ChallengePosted)] == [ada, ada]


def test_an_id_of_ours_is_not_taken_for_the_same_thing_in_another_network(desk: Desk) -> None:
    desk.whole()
    desk.take()
    ada = desk.events(ChallengePosted)[0].author
    elsewhere = "network-000000ff"
    order = Order(command=CharterNetwork(network=elsewhere, name="Elsewhere"), at=TODAY)
    desk.commands.handle(order, Sender(network=elsewhere, actor=OPERATOR, command_id="charter-elsewhere"))
    for table in ("sites", "challenges", "posts", "resources"):
        (desk.folder / f"{table}.csv").unlink()
    desk.write(members=f"member,name,joined_at\n{ada},Ada,2024-09-01T08:00:00Z\n")
    plan = plan_import(desk.folder, elsewhere, desk.keys, now=TODAY)
    report = run_import(plan, desk.commands, desk.store)
    assert [refusal.words for refusal in report.refusals] == ["this id belongs to another network of this installation"]
    assert not report.changed_nothing


def test_progress_tells_how_many_orders_of_how_many(desk: Desk) -> None:
    desk.whole()
    told: list[tuple[int, int]] = []
    desk.take(progress=lambda done, total: told.append((done, total)))
    assert told == [(n + 1, len(told)) for n in range(len(told))]
    assert len(told) == len(desk.plan().orders)


def test_a_report_goes_through_json_unchanged(desk: Desk) -> None:
    desk.whole()
    report = desk.take(dry_run=True)
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_columns_may_be_left_out_and_come_in_any_order(desk: Desk) -> None:
    desk.write(members="joined_at,member\n2024-09-01T08:00Z,m1\n")
    assert desk.take().events == 1


def test_every_column_and_mapping_key_is_documented() -> None:
    documented = (DOCS / "importing.md").read_text("utf-8")
    for table in TABLES.values():
        section = documented.split(f"### {table.file}")[1].split("\n##")[0]
        for column in table.columns:
            marks = "*" if column in table.required else "?" if column in table.missed else ""
            assert f"`{column}` {marks}".rstrip() in section
    for struct in (Cell, Entry, Mapping):
        for field in struct.__struct_fields__:
            assert f"`{field}`" in documented or field in TABLES


def test_a_network_without_a_charter_takes_nothing(desk: Desk) -> None:
    desk.whole()
    plan = plan_import(desk.folder, "network-000000ff", desk.keys, now=TODAY)
    report = run_import(plan, desk.commands, desk.store)
    assert [refusal.words for refusal in report.refusals] == ["this network has no charter yet"]


def test_the_same_files_change_nothing_either_after_a_member_was_erased(desk: Desk) -> None:
    desk.whole()
    desk.take()
    desk.keys.destroy(desk.events(ChallengePosted)[0].author)
    assert desk.take().changed_nothing
