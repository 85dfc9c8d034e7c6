"""A network's rows in the form of our import tables: what its members may read, nothing of a narrower class."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from sqlite3 import Connection

from domain.vocabulary import OPEN, StreamId
from engine.exporting import Cell
from engine.importing.tables import LIST
from projections import challenge_board, evidence, member_directory, resource_shelf, site_tree, time_budgets
from projections.challenge_board import Challenge
from projections.evidence import Evidence, Says

Row = Mapping[str, Cell]
Rows = list[Row]

_EVERYBODY = 1_000_000


def tables_of(connection: Connection) -> dict[str, Rows]:
    """By table name, in the order in which an import needs them; an import takes them whole."""
    return _without_leavers(_everything(connection))


def left_out(connection: Connection) -> dict[str, int]:
    """How many rows of which tables `tables_of` leaves out because of somebody who left."""
    everything = _everything(connection)
    kept = _without_leavers(everything)
    missing = {table: len(rows) - len(kept[table]) for table, rows in everything.items()}
    return {table: count for table, count in missing.items() if count}


def _without_leavers(tables: dict[str, Rows]) -> dict[str, Rows]:
    """Without the rows that need them: an import would make who left here a member there."""
    here = {row["member"] for row in tables["members"]}
    challenges = [row for row in tables["challenges"] if row["author"] in here]
    kept = {row["challenge"] for row in challenges}
    return tables | {
        "challenges": challenges,
        "posts": [row for row in tables["posts"] if {row["author"], row["to"]} <= here and row["challenge"] in kept],
        "resources": [row for row in tables["resources"] if row["contributor"] in here | {None}],
    }


def _everything(connection: Connection) -> dict[str, Rows]:
    return {
        "sites": list(_sites(connection)),
        "members": list(_members(connection)),
        "challenges": list(_challenges(connection)),
        "posts": list(_posts(connection)),
        "resources": list(_resources(connection)),
    }


def _sites(connection: Connection) -> Iterator[Row]:
    said = {each.source: each for each in evidence.all_evidence(connection) if each.says is Says.SITE_STATEMENT}
    for site in site_tree.sites(connection):
        statement = said.get(site.site)
        yield {
            "site": site.site,
            "parent": site.parent,
            "kind": site.kind,
            "name": site.name,
            "state": site.state,
            "locale": site.locale,
            "grades": site.grades,
            "site_type": site.site_type,
            "enrolment": site.enrolment,
            "contact": statement.owner if statement else None,
            "described_at": statement.at if statement else None,
            "statement": statement.text if statement else None,
        }


def _members(connection: Connection) -> Iterator[Row]:
    entries, budgets = member_directory.candidates(connection), time_budgets.budgets(connection)
    affiliations, said = member_directory.affiliations(connection), _said(connection)
    for member in member_directory.directory(connection, limit=_EVERYBODY):
        shown = said[member.member]
        offered = budgets[member.member].settings[-1] if member.member in budgets else None
        first = next(iter(affiliations.get(member.member, ())), None)
        yield {
            "member": member.member,
            "name": member.name,
            "role": first.role if first else None,
            "site": first.site if first else None,
            "joined_at": member.joined_at,
            "grades": member.grades,
            "experience_years": member.experience,
            "place": member.place,
            "level": member.level,
            "minutes": offered.minutes if offered else None,
            "period": offered.period if offered else None,
            "network_roles": _listed(entries[member.member].roles),
            "expertise": _listed(each.text for each in shown if each.says is Says.CLAIMS),
            "growth_areas": _listed(each.text for each in shown if each.says is Says.WANTS_TO_LEARN),
            "profile": member.profile,
        }


def _said(connection: Connection) -> defaultdict[StreamId, list[Evidence]]:
    """By whom or what it is about."""
    said = defaultdict[StreamId, list[Evidence]](list)
    for piece in evidence.all_evidence(connection):
        said[piece.subject].append(piece)
    return said


def _listed(values: Iterable[str]) -> str:
    """In one cell; a value with the mark in it would come back as two."""
    return LIST.join(sorted(value for value in values if LIST not in value))


def _challenges(connection: Connection) -> Iterator[Row]:
    for one in _open_to_all(connection):
        yield {
            "challenge": one.challenge,
            "author": one.author,
            "posted_at": one.posted_at,
            "title": one.title,
            "text": one.text,
            "stage": one.stage,
            "category": one.category,
        }


def _posts(connection: Connection) -> Iterator[Row]:
    order = {one.challenge: place for place, one in enumerate(_open_to_all(connection))}
    answers = [answer for answer in challenge_board.all_answers(connection) if answer.challenge in order]
    for answer in sorted(answers, key=lambda answer: order[answer.challenge]):
        yield {
            "post": answer.answer,
            "challenge": answer.challenge,
            "author": answer.member,
            "to": answer.to,
            "posted_at": answer.at,
            "text": answer.text,
        }


def _resources(connection: Connection) -> Iterator[Row]:
    for one in resource_shelf.shelf(connection, limit=_EVERYBODY):
        yield {
            "resource": one.resource,
            "contributor": one.contributor if one.contributor.startswith("member-") else None,
            "shared_at": one.shared_at,
            "title": one.title,
            "kind": one.kind,
            "grades": one.grades,
            "topics": one.topics,
            "url": one.url,
            "description": one.description,
        }


def _open_to_all(connection: Connection) -> list[Challenge]:
    return [one for one in challenge_board.all_challenges(connection) if one.confidentiality in OPEN]
