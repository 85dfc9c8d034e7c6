"""What staff with power over a seeker could work out from what they are shown of others."""

import msgspec

from domain.coaching import commands as c
from domain.members import DeclareConflict, GrantNetworkRole, JoinNetwork, MuteMember
from domain.vocabulary import ENGINE, Confidentiality, ConflictKind, Disposition, NetworkRole, Tier
from projections import ties
from projections.coaching_cases import queue
from projections.coaching_view import CaseView
from projections.coaching_view import seen as shown
from projections.reading import Reader, reader_at
from projections.timeline import WITHHELD, log
from tests.histories import ADA, BEN, CLEO, DEV, EVE, GUIDE, History, begun
from tests.projections.coached import asks_for_coaching, case, coaches, engaged, met
from tests.projections.seeing import seen

FAY = "member-000000f1"
PAIR = Confidentiality.PAIR


def network() -> History:
    """ADA, CLEO and FAY seek, BEN coaches, DEV and EVE facilitate, EVE has power over ADA."""
    history = begun()
    history.do(*(JoinNetwork(member=each) for each in (EVE, FAY)))
    for member in (DEV, EVE):
        history.do(GrantNetworkRole(member=member, role=NetworkRole.FACILITATOR))
    coaches(history, BEN, 600)
    history.do(DeclareConflict(member=EVE, other=ADA, kind=ConflictKind.SUPERVISES))
    return history


def view(history: History, member: str, number: int = 1) -> CaseView:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        found = shown(connection, reader, case(number))
        assert found is not None
        return found


def decides(history: History, number: int, tier: Tier = Tier.TARGETED, **more: object) -> None:
    decision = c.TriageRequest(
        coaching=case(number), tier=tier, disposition=Disposition.COACH_ASSIGNED, reason="it cannot wait", **more
    )
    history.do(decision, by=DEV)


def suggested(history: History, number: int, others: tuple[int, ...] = (), people: tuple[str, ...] = ()) -> None:
    """A group response, as the engine words it, and who works on something like it."""
    words = "several open needs are near one another"
    rungs = (
        c.Offering(rung=Disposition.RESOURCE_SENT, possible=True, reason="a resource is near", candidates=(GUIDE,)),
        c.Offering(rung=Disposition.PEER_INTRODUCED, possible=True, reason="peers work on it", candidates=people),
        c.Offering(
            rung=Disposition.GROUP_COACHING_OFFERED, possible=True, reason=words, candidates=tuple(map(case, others))
        ),
    )
    suggestion = c.Suggestion(
        disposition=Disposition.GROUP_COACHING_OFFERED,
        tier=Tier.TARGETED,
        reason=words,
        ladder=rungs,
        similar=tuple(c.Likeness(coaching=case(each), nearness=0.9, duplicate=False) for each in others),
        position=history.head(),
        policy_hash="some",
        encoder="some",
    )
    history.do(c.SuggestDisposition(coaching=case(number), suggestion=suggestion), by=ENGINE)


def test_no_tie_tells_who_was_coached() -> None:
    history = network()
    engaged(history, 1, ADA, BEN, 30)
    met(history, 1, BEN, 30)
    said = c.Feedback(helpful=True, plan_changed=True, tie_confirmed=True, note="Thanks")
    history.do(c.CloseEngagement(coaching=case(1), feedback=said), by=ADA)
    told = {}
    with seen(history) as connection:
        for member in (ADA, BEN, DEV, EVE):
            reader = reader_at(connection, member)
            assert reader is not None
            page = ties.ties_seen(connection, reader)
            told[member] = (page.count, len(page.items))
    assert told == {ADA: (1, 1), BEN: (1, 1), DEV: (1, 1), EVE: (0, 0)}


def test_no_gap_between_two_places_tells_of_a_case() -> None:
    history = network()
    for number, seeker in ((1, CLEO), (2, ADA), (3, FAY), (4, ADA)):
        asks_for_coaching(history, number, seeker)
        decides(history, number)
    with seen(history) as connection:
        eve, dev = (reader_at(connection, each) for each in (EVE, DEV))
        assert eve is not None
        assert dev is not None
        assert [(row.coaching, row.place) for row in queue(connection, eve).items] == [(case(1), 1), (case(3), 2)]
        assert [row.place for row in queue(connection, dev).items] == [1, 2, 3, 4]
    found = view(history, EVE, 3)
    assert found.standing is not None
    assert (found.case.place, found.standing.place) == (2, 2)
    assert found.standing.words.startswith("place 2 ")
    assert view(history, FAY, 3).case.place == 3
    change = c.RerouteRequest(
        coaching=case(2), tier=Tier.INTENSIVE, disposition=Disposition.COACH_ASSIGNED, reason="it is more"
    )
    history.do(change, msgspec.structs.replace(change, tier=Tier.TARGETED), by=DEV)
    notices = {}
    for member in (FAY, EVE):
        standing = view(history, member, 3).standing
        assert standing is not None
        notices[member] = len(standing.notices)
    assert notices == {FAY: 1, EVE: 0}


def test_of_a_case_for_the_pair_nothing_that_was_found_by_its_words_is_told_to_who_does_not_read_them() -> None:
    history = network()
    for number, told in ((1, PAIR), (2, Confidentiality.GROUP)):
        asks_for_coaching(history, number, FAY, told=told)
        suggested(history, number, people=(CLEO,))
    assert [named(history, DEV, number) for number in (1, 2)] == [(), (GUIDE, CLEO)]
    history.do(c.HandOverCase(coaching=case(1), to=DEV), by=DEV)
    assert named(history, DEV, 1) == (GUIDE, CLEO)


def named(history: History, member: str, number: int) -> tuple[str, ...]:
    suggestion = view(history, member, number).suggestion
    assert suggestion is not None
    return tuple(who for each in suggestion.ladder for who in each.candidates)


def test_no_number_of_needs_that_are_alike_tells_of_one_out_of_sight() -> None:
    history = network()
    for number, seeker in enumerate((FAY, CLEO, DEV, BEN, ADA), start=1):
        asks_for_coaching(history, number, seeker)
    suggested(history, 1, others=(2, 3, 4, 5))
    suggested(history, 2, others=(1, 3, 5))
    dev, eve = (view(history, member, 1) for member in (DEV, EVE))
    assert dev.case.suggestion_reason == eve.case.suggestion_reason == "several open needs are near one another"
    for found in (dev, eve):
        assert found.suggestion is not None
        assert {found.suggestion.reason, found.suggestion.ladder[-1].reason} == {found.case.suggestion_reason}
    assert case(5) not in named(history, EVE, 1)
    dev, eve = (view(history, member, 2) for member in (DEV, EVE))
    assert dev.case.suggested is Disposition.GROUP_COACHING_OFFERED
    assert (eve.case.suggested, eve.case.suggestion_reason, eve.suggestion) == (None, "", None)
    with seen(history) as connection:
        reader = reader_at(connection, EVE)
        assert reader is not None
        assert [row.suggested is None for row in queue(connection, reader).items] == [False, True, True, True]


def test_who_was_sent_is_not_named_to_who_muted_them() -> None:
    history = network()
    asks_for_coaching(history, 1, FAY)
    decides(history, 1, sent=(CLEO, BEN))
    history.do(MuteMember(member=FAY, other=CLEO))
    sent = {}
    for member in (FAY, DEV):
        decision = view(history, member).decision
        assert decision is not None
        sent[member] = decision.sent
    assert sent == {FAY: (BEN,), DEV: (CLEO, BEN)}


def test_the_auditors_log_counts_no_sessions() -> None:
    history = network()
    engaged(history, 1, ADA, BEN, 30)
    met(history, 1, BEN, 30)
    with seen(history) as connection:
        names = {each.name for each in log(connection, Reader(member=CLEO, roles=frozenset({NetworkRole.AUDITOR})))}
    assert WITHHELD in names
    assert not {each for each in names if each.startswith(("coaching.", "budget.time-"))}
