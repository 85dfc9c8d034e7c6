"""Which checker stands for which rule, and why some rules have none."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from engine.rules.appending import Appending
from engine.rules.asks import Asks
from engine.rules.budgets import Budgets
from engine.rules.cases import Cases
from engine.rules.causes import Causes
from engine.rules.checker import Checker
from engine.rules.classes import Classes
from engine.rules.cooling import Cooling
from engine.rules.derived import Decided, Derived
from engine.rules.erased import Erased
from engine.rules.experts import Experts
from engine.rules.groups import Knowing, Mode, Places
from engine.rules.ladder import Ladder
from engine.rules.levels import Levels
from engine.rules.lists import Alike, Chance, Declining
from engine.rules.minutes import Minutes
from engine.rules.offers import Offers
from engine.rules.oneself import Oneself
from engine.rules.people import Looks, NoStudents
from engine.rules.power import Power
from engine.rules.reasons import Reasons
from engine.rules.room import Room
from engine.rules.sealed import Sealed
from engine.rules.standing import Standing
from engine.rules.trail import Trail


class Rule(Struct, frozen=True):
    """One rule of the domain, and what of it a history can prove."""

    number: int
    proves: str
    check: Callable[[Standing], Checker]


RULES: Final[tuple[Rule, ...]] = (
    Rule(1, "reserved and spent minutes never exceed what was offered for the period", Budgets),
    Rule(2, "every ask states its minutes, and just those are held in the same save", Asks),
    Rule(3, "offers lapse after the policy's school days, are not taken up later, and free their minutes", Offers),
    Rule(3, "nobody whose time is full stands on a list that leads to an ask", Room),
    Rule(5, "no part of a score is made of having declined", Declining),
    Rule(6, "a meeting's minutes are logged once a person, and no two meetings of one overlap", Minutes),
    Rule(7, "only the member chooses the level; nobody without one, or at a light one, is asked for time", Levels),
    Rule(9, "nobody is matched with themselves, or with an identity linked to theirs (sealed)", Oneself),
    Rule(10, "nobody is brought together with whom power, or a mute, keeps apart (sealed)", Power),
    Rule(11, "no consultant is from the presenter's site, unless waived; few from one district", Places),
    Rule(12, "of a group somebody knows the area and somebody looks from outside, by the figures beside it", Knowing),
    Rule(13, "lists and groups keep the mode of roles that was asked for", Mode),
    Rule(14, "nobody is suggested for two needs of one reader within the policy's days", Cooling),
    Rule(
        18, "lists name the position, policy and seed they were derived from, and stand in the order of scores", Derived
    ),
    Rule(19, "every reason points at evidence that stood in the log then and is open to all", Reasons),
    Rule(20, "a mute, a conflict and a full calendar are stored as one word", Alike),
    Rule(21, "a place by lot is the last one, and its chance is recorded", Chance),
    Rule(22, "a coaching case moves from state to state, ends once, and is opened again only as a new case", Cases),
    Rule(23, "above an introduction the lower rungs were considered, or it was urgent", Ladder),
    Rule(26, "an expert's minutes are held, freed and spent of the network's expert budget too", Experts),
    Rule(27, "no event is open to more than its kind, its challenge or its case allows", Classes),
    Rule(29, "no personal text lies open in the log; each is sealed for its owner", Sealed),
    Rule(30, "every affiliation is in a role of an educator", NoStudents),
    Rule(31, "recorded looks are the viewer's own, by an office they were given", Looks),
    Rule(32, "positions, versions and times only go on; a save stays whole; all begins with a charter", Appending),
    Rule(32, "who is erased was decided on, not held, and nothing is added or sealed for them", Erased),
    Rule(32, "checkpoints and exports cover what was there, and never less than before", Trail),
    Rule(33, "what is derived is written by the engine, and a list answers one question for ever", Decided),
    Rule(35, "every cause is an earlier command, and every actor is known", Causes),
)

NOT_CLAIMED: Final[dict[int, str]] = {
    4: "whom freed time is offered to rests on how well each fits, which no event tells; tests show it",
    8: "what decides how much help somebody gets is code, not history; tests show it",
    15: "no grouping runs are recorded yet",
    16: "what is possible at all rests on texts; explaining a list derives it again",
    17: "as rule 16",
    24: "no clock is stored: each is worked out from the history when it is asked for",
    25: "as rule 24",
    28: "what somebody is shown leaves no trace but the record of looks (rule 31); tests show it",
    34: "that deciding reads no clock is a trait of the code; rebuilding and explaining show it",
    36: "no consultancies are recorded yet",
    37: "no cycles are recorded yet",
}
