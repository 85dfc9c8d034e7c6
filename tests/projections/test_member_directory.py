from datetime import date

from domain.members import (
    DeclareConflict,
    DescribeProfile,
    EndAffiliation,
    EndConflict,
    InviteMember,
    JoinNetwork,
    LeaveNetwork,
    LinkIdentity,
    MuteMember,
    PauseMember,
    StartAffiliation,
    UnmuteMember,
)
from domain.vocabulary import ConflictKind, RoleFamily
from projections import conflicts
from projections.member_directory import Standing, affiliations_of, candidates, directory, member
from tests.histories import ADA, BEN, CLEO, DEV, EVE, SCHOOL, begun
from tests.projections.seeing import seen

AUTUMN = date(2024, 8, 1)


def test_an_invited_member_is_known_and_no_candidate() -> None:
    history = begun()
    history.do(InviteMember(member=EVE))
    with seen(history) as c:
        eve = member(c, EVE)
        assert eve is not None
        assert (eve.standing, eve.joined_at) == (Standing.INVITED, None)
        assert EVE not in candidates(c)
        assert EVE not in [each.member for each in directory(c)]


def test_the_directory_lists_who_is_here_page_by_page() -> None:
    history = begun()
    history.do(PauseMember(member=BEN), LeaveNetwork(member=CLEO))
    with seen(history) as c:
        assert [each.member for each in directory(c)] == [ADA, BEN, DEV]
        assert [each.member for each in directory(c, after=ADA, limit=1)] == [BEN]
        assert candidates(c)[CLEO].standing is Standing.LEFT


def test_who_joins_again_is_known_by_the_new_name_and_keeps_the_profile() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"), LeaveNetwork(member=ADA))
    history.do(JoinNetwork(member=ADA, name="Ada L.", cohort="2025"), by=None)
    with seen(history) as c:
        ada = member(c, ADA)
        assert ada is not None
        assert (ada.name, ada.cohort, ada.profile, ada.standing) == ("Ada L.", "2025", "Teaches sums", Standing.ACTIVE)
        assert (ada.since, ada.joined_at) == (history.head(), history.now)


def test_somebody_without_a_site_has_a_role_and_no_site_in_common_with_others() -> None:
    history = begun()
    history.do(StartAffiliation(member=ADA, role=RoleFamily.INTERMEDIARY, since=AUTUMN))
    history.do(StartAffiliation(member=BEN, site=SCHOOL, role=RoleFamily.TEACHER, since=AUTUMN))
    with seen(history) as c:
        known = candidates(c)
        assert (known[ADA].families, known[ADA].sites) == ({RoleFamily.INTERMEDIARY}, frozenset())
        assert (known[BEN].families, known[BEN].sites) == ({RoleFamily.TEACHER}, {SCHOOL})
        assert [each.site for each in affiliations_of(c, ADA)] == [""]
    history.do(EndAffiliation(member=BEN, site=SCHOOL, until=AUTUMN))
    with seen(history) as c:
        assert candidates(c)[BEN].families == frozenset()


def test_conflicts_and_mutes_stand_with_the_one_who_declared_them_until_they_end() -> None:
    history = begun()
    history.do(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.FAMILY), MuteMember(member=ADA, other=CLEO))
    with seen(history) as c:
        assert (candidates(c)[ADA].conflicts, candidates(c)[ADA].muted) == ({BEN}, {CLEO})
        assert candidates(c)[BEN].conflicts == candidates(c)[CLEO].muted == frozenset()
        assert conflicts.kept_apart(c) == {ADA: {BEN}}
        assert [each.kind for each in conflicts.conflicts_of(c, ADA)] == [ConflictKind.FAMILY]
    history.do(DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.GRIEVANCE))
    with seen(history) as c:
        assert [each.kind for each in conflicts.conflicts_of(c, ADA)] == [ConflictKind.GRIEVANCE]
    history.do(EndConflict(member=ADA, other=BEN), UnmuteMember(member=ADA, other=CLEO))
    with seen(history) as c:
        assert conflicts.kept_apart(c) == conflicts.muted(c) == {}


def test_linked_identities_are_the_same_person() -> None:
    history = begun()
    history.do(LinkIdentity(member=ADA, same_as=DEV), by=None)
    with seen(history) as c:
        assert DEV in candidates(c)[ADA].same_as
        assert ADA in candidates(c)[DEV].same_as


def test_a_link_counts_once_both_said_so_and_who_is_elsewhere_has_no_say() -> None:
    history = begun()
    far = "member-000000ee"
    history.do(LinkIdentity(member=ADA, same_as=BEN), LinkIdentity(member=ADA, same_as=far), by=ADA)
    with seen(history) as c:
        assert {who: each.same_as for who, each in candidates(c).items() if each.same_as} == {ADA: {far}}
    history.do(LinkIdentity(member=BEN, same_as=CLEO), by=BEN)
    history.do(LinkIdentity(member=CLEO, same_as=BEN), by=CLEO)
    with seen(history) as c:
        assert candidates(c)[ADA].same_as == {far}
        assert candidates(c, [BEN])[BEN].same_as == {CLEO}
    history.do(LinkIdentity(member=BEN, same_as=ADA), by=BEN)
    with seen(history) as c:
        assert candidates(c)[CLEO].same_as == {ADA, BEN, far}


def test_who_left_and_is_invited_anew_is_back_only_once_they_join() -> None:
    history = begun()
    history.do(LeaveNetwork(member=ADA), InviteMember(member=ADA))
    with seen(history) as c:
        assert candidates(c)[ADA].standing is Standing.LEFT
    history.do(JoinNetwork(member=ADA, name="Ada"), by=ADA)
    with seen(history) as c:
        assert candidates(c)[ADA].standing is Standing.ACTIVE


def test_whoever_supervises_is_kept_apart_from_all_down_the_line_however_it_turns() -> None:
    history = begun()
    line = ((ADA, BEN), (BEN, CLEO), (CLEO, ADA))
    history.do(*(DeclareConflict(member=one, other=other, kind=ConflictKind.SUPERVISES) for one, other in line[:2]))
    history.do(DeclareConflict(member=CLEO, other=DEV, kind=ConflictKind.FAMILY))
    with seen(history) as c:
        assert {who: entry.conflicts for who, entry in candidates(c).items()} == {
            ADA: {BEN, CLEO},
            BEN: {CLEO},
            CLEO: {DEV},  # whose family this is concerns nobody above
            DEV: frozenset(),
        }
    history.do(DeclareConflict(member=CLEO, other=ADA, kind=ConflictKind.SUPERVISES))
    with seen(history) as c:
        apart = {who: entry.conflicts for who, entry in candidates(c).items()}
        assert (apart[ADA], apart[BEN], apart[CLEO]) == ({BEN, CLEO}, {ADA, CLEO}, {ADA, BEN, DEV})
