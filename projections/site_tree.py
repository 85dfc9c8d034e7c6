"""Sites and how they lie in one another: school in district in state, or an organisation."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from domain.sites import SiteRegistered
from domain.vocabulary import MemberId, SiteKind, StreamId
from projections.reading import Reader, listed
from projections.shape import USUAL, Listed, Page, Projection, among, only, rows

_SCHEMA: Final = """
    create table if not exists sites (
        site text primary key,
        kind text not null,
        name text not null,
        parent text,
        state text not null,
        locale text not null,
        grades text not null,
        site_type text not null,
        enrolment integer
    ) strict;
"""


class Site(Struct, frozen=True, kw_only=True):
    site: StreamId
    kind: SiteKind
    name: str
    parent: StreamId | None
    state: str
    locale: str
    grades: str
    site_type: str
    enrolment: int | None


class Surroundings(Struct, frozen=True):
    """What was said of where a member works: one for each of their sites, or one without."""

    own_grades: str
    site_type: str
    locale: str
    grades: str
    enrolment: int | None


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case SiteRegistered() as e:
            connection.execute(
                "insert into sites values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (recorded.stream, e.kind, e.name, e.parent, e.state, e.locale, e.grades, e.site_type, e.enrolment),
            )
        case _:
            pass


PROJECTION: Final = Projection(name="site tree", schema=_SCHEMA, fill=fill)


def site(connection: sqlite3.Connection, site: StreamId) -> Site | None:
    return only(connection, Site, "select * from sites where site = ?", (site,))


_PLACES: Final = Listed(name="sites", of=Site, select="select * from sites", table="sites", key=("site",))


def places(
    connection: sqlite3.Connection,
    reader: Reader,  # noqa: ARG001 - sites are open to everybody who is in the network
    *,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[Site]:
    """In order of their ids."""
    return _PLACES.page(connection, "true", {}, cursor=cursor, limit=limit)


def sites(connection: sqlite3.Connection) -> list[Site]:
    return list(rows(connection, Site, "select * from sites order by site"))


def district_of(connection: sqlite3.Connection, place: StreamId) -> StreamId:
    """The district that a site lies in or is; without one its state or organisation; else the site itself."""
    return _district(place, lambda each: site(connection, each))


def districts(connection: sqlite3.Connection, places: Collection[StreamId] | None = None) -> dict[StreamId, StreamId]:
    """The same for every site, or for these."""
    known = {each.site: each for each in (sites(connection) if places is None else _above(connection, places))}
    return {place: _district(place, known.get) for place in known if places is None or place in places}


def _above(connection: sqlite3.Connection, places: Collection[StreamId]) -> list[Site]:
    """These sites and all that they lie in."""
    here, values = among("site", places)
    sql = f"""with recursive above (site) as (
            select site from sites where {here}
            union select sites.parent from above join sites using (site) where sites.parent is not null
        )
        select sites.* from above join sites using (site)"""
    return list(rows(connection, Site, sql, values))


def _district(place: StreamId, find: Callable[[StreamId], Site | None]) -> StreamId:
    wider = None
    above: StreamId | None = place
    while above is not None and (here := find(above)) is not None:
        if here.kind is SiteKind.DISTRICT:
            return here.site
        if wider is None and here.kind is not SiteKind.SCHOOL:
            wider = here.site
        above = here.parent
    return wider or place


_SURROUNDINGS: Final = """
    select value, members.grades, coalesce(site_type, ''), coalesce(locale, ''), coalesce(sites.grades, ''), enrolment
    from json_each(?) join members on owner = value
    left join affiliations on affiliations.member = value left join sites on sites.site = affiliations.site
    order by value, affiliations.since, affiliations.site
"""


def surroundings(connection: sqlite3.Connection, members: Collection[MemberId]) -> dict[MemberId, list[Surroundings]]:
    """Of each of these who is known here, the site they have belonged to longest first."""
    found = defaultdict[str, list[Surroundings]](list)
    for member, *said in connection.execute(_SURROUNDINGS, (listed(members),)):
        found[member].append(Surroundings(*said))
    return found
