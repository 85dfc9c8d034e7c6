"""Rows as orders: who joined and what they said of themselves, posted, answered and shared."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Final

from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge, PostChallenge
from domain.kernel import Command
from domain.members import (
    ChooseEngagementLevel,
    ClaimExpertise,
    DescribeProfile,
    GrantNetworkRole,
    JoinNetwork,
    NameGrowthArea,
    StartAffiliation,
)
from domain.resources import ShareResource
from domain.sites import DescribeSite, RegisterSite
from domain.vocabulary import RoleFamily
from engine.commands import Order
from engine.importing.drafting import Draft, Planned
from engine.importing.shaping import NO_STUDENTS, WITHOUT_THEM, is_student
from engine.importing.tables import LIST, Row

_WORD_SHOWN: Final = 40  # characters of an unknown role in a warning


def planned(draft: Draft, tables: Mapping[str, Sequence[Row]]) -> tuple[Planned, ...]:
    """All orders, each after those it leans on. What is wrong stands in the draft's findings."""
    sites = [(row, _site(draft, row)) for row in _parents_first(draft, tables["sites"])]
    for table, turn in (
        ("members", _member),
        ("sites", _statement),
        ("challenges", _challenge),
        ("posts", _post),
        ("resources", _resource),
    ):
        for row in tables[table]:
            turn(draft, row)
    begins = min((act.order.at for act in draft.planned), default=draft.now)  # a site stood before all that is told
    stood = (Planned(order=Order(command=command, at=begins), row=row) for row, command in sites if command)
    return *stood, *draft.planned


def _site(draft: Draft, row: Row) -> RegisterSite | None:
    return draft.command(
        RegisterSite,
        row,
        site=draft.id(row),
        parent=draft.named(row, "parent", "sites"),
        kind=row["kind"].lower(),
        **_cells(row, "name", "state", "locale", "grades", "site_type", "enrolment"),
    )


def _statement(draft: Draft, row: Row) -> None:
    if not row["statement"]:
        return
    for column in ("contact", "described_at"):
        if not row[column]:
            draft.refuse(row, column, "missing beside a statement")
    contact = draft.named(row, "contact", "members")
    describe = draft.command(DescribeSite, row, site=draft.id(row), contact=contact, statement=row["statement"])
    draft.give(row, describe, draft.moment(row, "described_at"), contact)


def _member(draft: Draft, row: Row) -> None:
    member, joined = draft.id(row), draft.moment(row, "joined_at")
    draft.begins(member, joined)

    def say(asked: type[Command], /, **fields: object) -> None:
        draft.give(row, draft.command(asked, row, member=member, **fields), joined, member)

    say(JoinNetwork, name=row["name"])
    if row["role"] or row["site"]:
        since = joined.day if joined else None
        say(StartAffiliation, site=draft.named(row, "site", "sites"), role=_role(draft, row), since=since)
    if any(row[column] for column in ("profile", "grades", "experience_years", "place")):
        say(DescribeProfile, text=row["profile"], **_cells(row, "grades", "experience_years", "place"))
    if row["level"]:
        say(ChooseEngagementLevel, level=row["level"].lower())
    if row["minutes"] or row["period"]:
        _both(draft, row, "minutes", "period")
        say(SetTimeBudget, minutes=row["minutes"], period=row["period"].lower())
    for role in _listed(row["network_roles"].lower()):  # given by staff, so not on the member's behalf
        draft.give(row, draft.command(GrantNetworkRole, row, member=member, role=role), joined)
    for topic in _listed(row["expertise"]):
        say(ClaimExpertise, topic=topic)
    for topic in _listed(row["growth_areas"]):
        say(NameGrowthArea, topic=topic)


def _challenge(draft: Draft, row: Row) -> None:
    challenge, at, author = draft.id(row), draft.moment(row, "posted_at"), draft.named(row, "author", "members")
    draft.begins(challenge, at)
    draft.after(row, at, author, "posted before its author joined")
    post = draft.command(
        PostChallenge,
        row,
        challenge=challenge,
        author=author,
        stage=row["stage"].lower(),
        **_cells(row, "title", "text", "category"),
    )
    draft.give(row, post, at, author)


def _post(draft: Draft, row: Row) -> None:
    challenge, at = draft.named(row, "challenge", "challenges"), draft.moment(row, "posted_at")
    author, to = draft.named(row, "author", "members"), draft.named(row, "to", "members")
    draft.after(row, at, author, "posted before its author joined")
    draft.after(row, at, challenge, "posted before its challenge")
    answer = draft.command(
        AnswerChallenge, row, challenge=challenge, answer=draft.id(row), member=author, to=to, text=row["text"]
    )
    draft.give(row, answer, at, author)


def _resource(draft: Draft, row: Row) -> None:
    shelf = row["contributor"] in {"", draft.network}
    contributor = None if shelf else draft.named(row, "contributor", "members")
    share = draft.command(
        ShareResource,
        row,
        resource=draft.id(row),
        contributor=contributor or draft.network,
        **_cells(row, "title", "kind", "grades", "topics", "url", "description"),
    )
    draft.give(row, share, draft.moment(row, "shared_at"), contributor)


def _parents_first(draft: Draft, rows: Sequence[Row]) -> list[Row]:
    by_key = {row.key: row for row in rows if row.key}
    sorter = TopologicalSorter({row.key: [row["parent"]] if row["parent"] in by_key else [] for row in by_key.values()})
    with suppress(CycleError):  # the sorter still gives all that do not hang on the circle
        sorter.prepare()
    placed: dict[str, None] = {}
    while ready := sorter.get_ready():
        placed |= dict.fromkeys(ready)
        sorter.done(*ready)
    others = [row for row in rows if row.key not in placed]  # refused, yet their cells are looked at too
    for row in others:
        if row.key:
            draft.refuse(row, "parent", "the line of its parents leads in a circle")
    return [*(by_key[key] for key in placed), *others]


def _role(draft: Draft, row: Row) -> RoleFamily:
    word = row["role"].lower()
    if is_student(word):  # said so by a mapping
        draft.refuse(row, "role", NO_STUDENTS, WITHOUT_THEM)
    try:
        return RoleFamily(word or RoleFamily.UNSPECIFIED)
    except ValueError:
        shown = repr(word) if len(word) <= _WORD_SHOWN else "a long text"
        draft.findings.warn(row.file, row.line, f"role {shown} is none of our families, taken as unspecified")
        return RoleFamily.UNSPECIFIED


def _both(draft: Draft, row: Row, *columns: str) -> None:
    for column in columns:
        if not row[column]:
            draft.refuse(row, column, f"missing beside {' and '.join(other for other in columns if other != column)}")


def _cells(row: Row, *columns: str) -> dict[str, str]:
    return {column: row[column] for column in columns}


def _listed(cell: str) -> Iterable[str]:
    """The values of a list, each once."""
    return dict.fromkeys(value for piece in cell.split(LIST) if (value := piece.strip()))
