"""What open needs have in common: whose words enter, who sees it, and how it stays itself from day to day."""

import pytest

from domain.coaching import commands as c
from domain.members import DeclareConflict, GrantNetworkRole, JoinNetwork, LeaveNetwork, MuteMember
from domain.refusals import IllegalMove, NotTheirs, Unknown
from domain.vocabulary import OPERATOR, Confidentiality, ConflictKind, NetworkRole
from engine.commands import Done, Sender
from engine.themes import Theme
from models.encoder import Encoder
from tests.engine.sharing import ABSENCES, OTHER_FACILITATOR, PHONICS, Sharing, need, seeker
from tests.engine.town import ADA, BEN, EVE, NET

RESPONSE = "response-00000001"


def cases(theme: Theme) -> set[str]:
    return set(theme.cases)


def sent(sharing: Sharing, theme: Theme, reader: str = EVE, id: str = "offer") -> Done:  # noqa: A002 - the command's own word
    orders = sharing.common_needs.offer_to_all(NET, reader, theme.id, RESPONSE, "An afternoon together")
    return sharing.commands.handle_all(orders, Sender(network=NET, actor=reader, command_id=id))


def test_needs_about_the_same_are_a_theme_with_a_label_and_the_rest_is_in_none(sharing: Sharing) -> None:
    absences, phonics = sharing.shared()
    assert cases(absences) == {need(number) for number in range(len(ABSENCES))}
    assert cases(phonics) == {need(number) for number in range(len(ABSENCES), len(ABSENCES) + len(PHONICS))}
    assert "phonics" in phonics.label
    assert (absences.size, phonics.size) == (5, 4)
    assert absences.may_offer
    assert phonics.may_offer
    assert sharing.shared(OPERATOR) == (absences, phonics)


def test_words_for_a_pair_enter_nothing(sharing: Sharing) -> None:
    before, file = sharing.shared(), sharing.settings.data / NET / "themes"
    kept = file.read_bytes()
    sharing.asks_for_coaching(20, "Absences of marmalade on Mondays", Confidentiality.PAIR, ADA)
    sharing.asks_for_coaching(21, "Absences and marmalade in winter", Confidentiality.PAIR, BEN)
    assert sharing.shared() == before
    assert file.read_bytes() == kept  # they are not even looked at


def test_themes_keep_ids_and_names_over_a_restart_and_as_needs_come_and_go(sharing: Sharing, encoder: Encoder) -> None:
    before = {each.id: each.label for each in sharing.shared()}
    sharing.close()
    with Sharing(sharing.folder, encoder) as again:
        assert {each.id: each.label for each in again.shared()} == before
        assert again.counting.counted() == 0  # and nothing is encoded anew
        again.later(days=1)
        again.asks_for_coaching(20, "Absences grow in spring: what brings students back when calls do not?")
        again.say(c.WithdrawRequest(coaching=need(0)), by=seeker(0))
        after = again.shared()
        assert {each.id: each.label for each in after} == before
        absences = next(each for each in after if need(20) in each.cases)
        assert need(0) not in absences.cases


def test_nothing_is_derived_again_while_nothing_changed(sharing: Sharing) -> None:
    sharing.shared()
    file = sharing.settings.data / NET / "themes"
    written = file.read_bytes()
    sharing.later(days=1)
    sharing.shared()
    assert file.read_bytes() == written


def test_what_is_kept_of_themes_is_sealed_and_its_loss_costs_nothing_but_ids(sharing: Sharing) -> None:
    before = sharing.shared()
    file = sharing.settings.data / NET / "themes"
    assert b"phonics" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for broken in (b"", file.read_bytes()[:-1] + b"x"):
        file.write_bytes(broken)
        assert [(each.label, each.cases) for each in sharing.shared()] == [(each.label, each.cases) for each in before]


def test_who_has_power_over_somebody_sees_no_theme_that_they_share(sharing: Sharing) -> None:
    """Neither the case nor a word of it, not in the size and not in a count; other readers see all as before."""
    before = sharing.shared()
    sharing.say(DeclareConflict(member=EVE, other=seeker(6), kind=ConflictKind.SUPERVISES))
    (left,) = sharing.shared()
    assert left == before[0]
    assert sharing.shared(OTHER_FACILITATOR) == before
    sharing.say(DeclareConflict(member=seeker(3), other=EVE, kind=ConflictKind.GRIEVANCE), by=seeker(3))
    (left,) = sharing.shared()
    assert left.id == before[0].id
    assert (left.size, need(3) in left.cases) == (4, False)


def test_a_word_that_one_of_two_wrote_who_is_out_of_sight_is_in_no_label(sharing: Sharing) -> None:
    """Two write of marmalade; whoever may read but one of them is not told of it."""
    for number, text in ((20, "Absences after marmalade mornings"), (21, "Marmalade and absences of ninth graders")):
        sharing.asks_for_coaching(number, text)
    assert any("marmalade" in word for word in sharing.about_absences().words)
    sharing.say(DeclareConflict(member=EVE, other=seeker(20), kind=ConflictKind.SUPERVISES))
    assert not any("marmalade" in word for word in sharing.about_absences().words)


def test_who_left_shares_nothing_any_more(sharing: Sharing) -> None:
    sharing.say(LeaveNetwork(member=seeker(6)))
    assert [each.size for each in sharing.shared()] == [5]


def test_no_label_tells_a_name(sharing: Sharing) -> None:
    sharing.say(JoinNetwork(member="member-000000dd", name="Phoebe Phonics"))
    assert not any("phonics" in theme.label for theme in sharing.shared())


@pytest.mark.parametrize("role", [None, NetworkRole.COACH, NetworkRole.AUDITOR, NetworkRole.SPONSOR])
def test_only_staff_see_what_needs_have_in_common(sharing: Sharing, role: NetworkRole | None) -> None:
    if role is not None:
        sharing.say(GrantNetworkRole(member=ADA, role=role))
    with pytest.raises(NotTheirs):
        sharing.shared(ADA)
    with pytest.raises(Unknown):
        sharing.shared("member-99999999")


def test_a_response_is_offered_to_all_who_share_a_theme_in_one_save_and_once(sharing: Sharing) -> None:
    theme = sharing.about_absences()
    done = sent(sharing, theme)
    assert {each.stream for each in done.events} == cases(theme)
    assert len({each.envelope.command for each in done.events}) == 1
    assert sent(sharing, theme).repeated
    assert not sent(sharing, theme, id="again").events  # who was offered it has it


def test_somebody_with_two_needs_of_a_theme_counts_once_and_is_asked_once(sharing: Sharing) -> None:
    sharing.asks_for_coaching(20, "Absences of students who come late to first period", by=seeker(0))
    theme = sharing.about_absences()
    assert need(20) in theme.cases
    assert theme.size == len(theme.cases) - 1
    assert len(sent(sharing, theme).events) == theme.size


def test_two_who_must_not_meet_are_not_brought_together(sharing: Sharing) -> None:
    theme = sharing.about_absences()
    *_, typical, least = theme.cases
    one, other = (seeker(int(case[-2:], 16)) for case in (typical, least))
    sharing.say(MuteMember(member=other, other=one), by=other)
    offered = {each.stream for each in sent(sharing, theme).events}
    assert offered == cases(theme) - {least}


def test_where_too_few_are_left_no_response_is_offered(sharing: Sharing) -> None:
    phonics = sharing.shared()[1]
    one, other = (seeker(int(case[-2:], 16)) for case in phonics.cases[:2])
    sharing.say(DeclareConflict(member=one, other=other, kind=ConflictKind.FAMILY), by=one)
    with pytest.raises(IllegalMove, match="fewer than 4"):
        sent(sharing, phonics)
    with pytest.raises(Unknown, match="no such theme"):
        sharing.common_needs.offer_to_all(NET, EVE, "0123456789abcdef", RESPONSE, "x")
