"""A network's rows in the form of our import tables: what its members may read, nothing of a narrower class."""

from collections.abc import Iterable, Iterator, Mapping
from sqlite3 import Connection

from domain.vocabulary import Confidentiality
from engine.exporting import Cell
from engine.importing.tables import LIST
from projections import challenge_board, evidence, member_directory, resource_shelf, site_tree, time_budgets
from projections.evidence import Says

Rows = list[Mapping[str, Cell]]

_EVERYBODY = 1_000_000


def tables_of(connection: Connection) -> dict[str, Rows]:
    """By table name, in the order in which an import needs them."""
    return {
        "sites": list(_sites(connection)),
        "members": list(_members(connection)),
        "challenges": list(_challenges(connection)),
        "posts": list(_posts(connection)),
        "resources": list(_resources(connection)),
    }


def _sites(connection: Connection) -> Iterator[Mapping[str, Cell]]:
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


def _members(connection: Connection) -> Iterator[Mapping[str, Cell]]:
    entries, budgets = member_directory.candidates(connection), time_budgets.budgets(connection)
    for member in member_directory.directory(connection, limit=_EVERYBODY):
        shown = evidence.of_subject(connection, member.member)
        offered = budgets[member.member].settings[-1] if member.member in budgets else None
        first = next(iter(member_directory.affiliations_of(connection, member.member)), None)
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


def _listed(values: Iterable[str]) -> str:
    """In one cell; a value with the mark in it would come back as two."""
    return LIST.join(sorted(value for value in values if LIST not in value))


def _challenges(connection: Connection) -> Iterator[Mapping[str, Cell]]:
    for one in challenge_board.all_challenges(connection):
        if _readable(one.confidentiality):
            yield {
                "challenge": one.challenge,
                "author": one.author,
                "posted_at": one.posted_at,
                "title": one.title,
                "text": one.text,
                "stage": one.stage,
                "category": one.category,
            }


def _posts(connection: Connection) -> Iterator[Mapping[str, Cell]]:
    for challenge in challenge_board.all_challenges(connection):
        if not _readable(challenge.confidentiality):
            continue
        for answer in challenge_board.answers_of(connection, challenge.challenge):
            yield {
                "post": answer.answer,
                "challenge": answer.challenge,
                "author": answer.member,
                "to": answer.to,
                "posted_at": answer.at,
                "text": answer.text,
            }


def _resources(connection: Connection) -> Iterator[Mapping[str, Cell]]:
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


def _readable(confidentiality: Confidentiality) -> bool:
    return confidentiality in {Confidentiality.PUBLIC, Confidentiality.NETWORK}
