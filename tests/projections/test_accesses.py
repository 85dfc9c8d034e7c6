from domain.access import RecordAccess, access_of
from domain.introductions import OfferIntroduction
from domain.kernel import Command
from domain.members import GrantNetworkRole
from domain.vocabulary import OPERATOR, NetworkRole
from projections.accesses import AccessEntry, looks
from projections.reading import Reader
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, DESKS, DEV, NET, History
from tests.projections.seeing import seen
from tests.projections.test_time_budgets import offering

ADMIN = frozenset({NetworkRole.ADMIN})


def look(number: int, viewer: str = CLEO, *, at: tuple[str, ...] = (), of: tuple[str, ...] = (ADA,)) -> Command:
    return RecordAccess(
        access=access_of(viewer, NET),
        read=f"look-{number:08x}",
        viewer=viewer,
        what="list introductions",
        subjects=at,
        members=of,
    )


def told(history: History, reader: Reader, member: str) -> tuple[AccessEntry, ...] | None:
    with seen(history) as c:
        page = looks(c, reader, member)
        return None if page is None else page.items


def looked_at() -> History:
    """Cleo read a page with introductions of Ada and of Dev."""
    history = offering()
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=20))
    history.do(OfferIntroduction(introduction=CHAT, seeker=DEV, helper=BEN, minutes=20))
    history.do(look(1, at=(CALL, CHAT), of=(ADA, BEN, DEV)), by=None)
    return history


def test_everybody_is_told_who_looked_and_at_what_of_theirs() -> None:
    history = looked_at()
    for member, subjects in ((ADA, (CALL,)), (DEV, (CHAT,)), (BEN, (CALL, CHAT))):
        (entry,) = told(history, Reader(member=member), member) or ()
        assert (entry.viewer, entry.what, entry.subjects) == (CLEO, "list introductions", subjects)
        assert (entry.position, entry.at) == (history.head(), history.now)


def test_what_was_looked_at_of_whom_one_must_not_meet_is_not_named() -> None:
    (entry,) = told(looked_at(), Reader(member=BEN, apart=frozenset({DEV})), BEN) or ()
    assert entry.subjects == (CALL,)


def test_who_looked_is_told_also_where_the_two_must_not_meet() -> None:
    apart = frozenset({CLEO})
    (entry,) = told(looked_at(), Reader(member=ADA, apart=apart, hidden=apart), ADA) or ()
    assert entry.viewer == CLEO


def test_the_newest_look_stands_first_and_pages_lead_on() -> None:
    history = looked_at()
    history.do(look(2, OPERATOR, at=(DESKS,)), by=None)
    with seen(history) as c:
        first = looks(c, Reader(member=ADA), ADA, limit=1)
        assert first is not None
        assert ([each.viewer for each in first.items], first.count) == ([OPERATOR], 2)
        rest = looks(c, Reader(member=ADA), ADA, limit=1, cursor=first.next)
        assert rest is not None
        assert [each.viewer for each in rest.items] == [CLEO]
        assert rest.next is None


def test_of_others_admins_alone_are_told_and_not_of_whom_they_have_power_over() -> None:
    history = looked_at()
    history.do(GrantNetworkRole(member=CLEO, role=NetworkRole.ADMIN))
    assert told(history, Reader(member=CLEO, roles=ADMIN), ADA)
    assert told(history, Reader(member=CLEO, roles=ADMIN, away=True), ADA) is None
    assert told(history, Reader(member=CLEO, roles=ADMIN, apart=frozenset({ADA})), ADA) is None
    for role in (NetworkRole.FACILITATOR, NetworkRole.AUDITOR, NetworkRole.SPONSOR):
        assert told(history, Reader(member=CLEO, roles=frozenset({role})), ADA) is None
    assert told(history, Reader(member=OPERATOR), ADA)
