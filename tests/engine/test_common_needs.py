"""What open needs have in common: whose words enter, who sees it, and how it stays itself from day to day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.coaching import commands as c
from domain.members import DeclareConflict, GrantNetworkRole, JoinNetwork, MuteMember
from domain.refusals import IllegalMove, NotTheirs, Unknown
from domain.vocabulary import OPERATOR, Confidentiality, ConflictKind, NetworkRole
from engine.commands import Done, Sender
from engine.themes import Theme
from models.encoder import Encoder
from tests.engine.sharing import ABSENCES, OTHER_FACILITATOR, PHONICS, Sharing, need, seeker
from tests.engine.town import ADA, EVE, NET

RESPONSE = "response-00000001"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Sharing]:
    with Sharing(tmp_path, encoder) as opened:
        yield opened


def cases(theme: Theme) -> set[str]:
    return set(theme.cases)


def sent(town: Sharing, theme: Theme, reader: str = EVE, id: str = "offer") -> Done:  # noqa: A002 - the command's own word
    orders = town.common_needs.offer_to_all(NET, reader, theme.id, RESPONSE, "An afternoon together")
    return town.commands.handle_all(orders, Sender(network=NET, actor=reader, command_id=id))


def test_needs_about_the_same_are_a_theme_with_a_label_and_the_rest_is_in_none(town: Sharing) -> None:
    absences, phonics = town.shared()
    assert cases(absences) == {need(number) for number in range(len(ABSENCES))}
    assert cases(phonics) == {need(number) for number in range(len(ABSENCES), len(ABSENCES) + len(PHONICS))}
    assert "phonics" in phonics.label
    assert (absences.size, phonics.size) == (5, 4)
    assert absences.may_offer
    assert phonics.may_offer
    assert town.shared(OPERATOR) == (absences, phonics)


def test_words_for_a_pair_enter_nothing(town: Sharing) -> None:
    before = town.shared()
    town.asks_for_coaching(20, "Absences and phonics and marmalade", Confidentiality.PAIR)
    assert town.shared() == before
    assert not any("marmalade" in text for text in town.counting.texts)


def test_themes_keep_ids_and_names_over_a_restart_and_as_needs_come_and_go(
    town: Sharing, tmp_path: Path, encoder: Encoder
) -> None:
    before = {each.id: each.label for each in town.shared()}
    town.close()
    with Sharing(tmp_path, encoder) as again:
        assert {each.id: each.label for each in again.shared()} == before
        assert again.counting.counted() == 0  # and nothing is encoded anew
        again.later(days=1)
        again.asks_for_coaching(20, "Absences grow in spring: what brings students back when calls do not?")
        again.say(c.WithdrawRequest(coaching=need(0)), by=seeker(0))
        after = again.shared()
        assert {each.id: each.label for each in after} == before
        absences = next(each for each in after if need(20) in each.cases)
        assert need(0) not in absences.cases


def test_nothing_is_derived_again_while_nothing_changed(town: Sharing) -> None:
    town.shared()
    file = town.settings.data / NET / "themes"
    written = file.read_bytes()
    town.later(days=1)
    town.shared()
    assert file.read_bytes() == written


def test_what_is_kept_of_themes_is_sealed_and_its_loss_costs_nothing_but_ids(town: Sharing) -> None:
    before = town.shared()
    file = town.settings.data / NET / "themes"
    assert b"phonics" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for broken in (b"", file.read_bytes()[:-1] + b"x"):
        file.write_bytes(broken)
        assert [(each.label, each.cases) for each in town.shared()] == [(each.label, each.cases) for each in before]


def test_who_has_power_over_somebody_sees_no_theme_that_they_share(town: Sharing) -> None:
    """Neither the case nor a word of it, not in the size and not in a count; other readers see all as before."""
    before = town.shared()
    town.say(DeclareConflict(member=EVE, other=seeker(6), kind=ConflictKind.SUPERVISES))
    (left,) = town.shared()
    assert left == before[0]
    assert town.shared(OTHER_FACILITATOR) == before
    town.say(DeclareConflict(member=seeker(3), other=EVE, kind=ConflictKind.GRIEVANCE), by=seeker(3))
    (left,) = town.shared()
    assert left.id == before[0].id
    assert (left.size, need(3) in left.cases) == (4, False)


def test_a_word_that_one_of_two_wrote_who_is_out_of_sight_is_in_no_label(town: Sharing) -> None:
    """Two write of marmalade; whoever may read but one of them is not told of it."""
    for number, text in ((20, "Absences after marmalade mornings"), (21, "Marmalade and absences of ninth graders")):
        town.asks_for_coaching(number, text)
    assert any("marmalade" in word for word in town.about_absences().words)
    town.say(DeclareConflict(member=EVE, other=seeker(20), kind=ConflictKind.SUPERVISES))
    assert not any("marmalade" in word for word in town.about_absences().words)


def test_no_label_tells_a_name(town: Sharing) -> None:
    town.say(JoinNetwork(member="member-000000dd", name="Phoebe Phonics"))
    assert not any("phonics" in theme.label for theme in town.shared())


@pytest.mark.parametrize("role", [None, NetworkRole.COACH, NetworkRole.AUDITOR, NetworkRole.SPONSOR])
def test_only_staff_see_what_needs_have_in_common(town: Sharing, role: NetworkRole | None) -> None:
    if role is not None:
        town.say(GrantNetworkRole(member=ADA, role=role))
    with pytest.raises(NotTheirs):
        town.shared(ADA)
    with pytest.raises(Unknown):
        town.shared("member-99999999")


def test_a_response_is_offered_to_all_who_share_a_theme_in_one_save_and_once(town: Sharing) -> None:
    theme = town.about_absences()
    done = sent(town, theme)
    assert {each.stream for each in done.events} == cases(theme)
    assert len({each.envelope.command for each in done.events}) == 1
    assert sent(town, theme).repeated
    assert not sent(town, theme, id="again").events  # who was offered it has it


def test_somebody_with_two_needs_of_a_theme_counts_once_and_is_asked_once(town: Sharing) -> None:
    town.asks_for_coaching(20, "Absences of students who come late to first period", by=seeker(0))
    theme = town.about_absences()
    assert need(20) in theme.cases
    assert theme.size == len(theme.cases) - 1
    assert len(sent(town, theme).events) == theme.size


def test_two_who_must_not_meet_are_not_brought_together(town: Sharing) -> None:
    theme = town.about_absences()
    *_, typical, least = theme.cases
    one, other = (seeker(int(case[-2:], 16)) for case in (typical, least))
    town.say(MuteMember(member=other, other=one), by=other)
    offered = {each.stream for each in sent(town, theme).events}
    assert offered == cases(theme) - {least}


def test_where_too_few_are_left_no_response_is_offered(town: Sharing) -> None:
    phonics = town.shared()[1]
    one, other = (seeker(int(case[-2:], 16)) for case in phonics.cases[:2])
    town.say(DeclareConflict(member=one, other=other, kind=ConflictKind.FAMILY), by=one)
    with pytest.raises(IllegalMove, match="fewer than 4"):
        sent(town, phonics)
    with pytest.raises(Unknown, match="no such theme"):
        town.common_needs.offer_to_all(NET, EVE, "0123456789abcdef", RESPONSE, "x")
