"""A network's rows in the form of our import tables: what its members may read, nothing of a narrower class."""

from collections.abc import Iterator, Mapping
from sqlite3 import Connection

from domain.vocabulary import Confidentiality
from engine.exporting import Cell
from projections import challenge_board, member_directory, resource_shelf, site_tree

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
    for site in site_tree.sites(connection):
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
        }


def _members(connection: Connection) -> Iterator[Mapping[str, Cell]]:
    for member in member_directory.directory(connection, limit=_EVERYBODY):
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
            "profile": member.profile,
        }


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
