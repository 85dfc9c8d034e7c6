"""Our own tables for import and export: every column, which are required, which are missed when empty."""

from typing import Final

from msgspec import Struct


class Table(Struct, frozen=True, kw_only=True):
    """One CSV file of ours. Each row has a key of its own, by which other rows name it."""

    name: str
    kind: str  # of the id that a key becomes
    columns: tuple[str, ...]
    required: frozenset[str]
    missed: frozenset[str]  # optional, yet worth a warning when empty

    @property
    def key(self) -> str:
        return self.columns[0]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def _table(name: str, kind: str, *columns: str) -> Table:
    """`*` marks a required column, `?` one whose absence is worth a warning."""
    return Table(
        name=name,
        kind=kind,
        columns=tuple(column.rstrip("*?") for column in columns),
        required=frozenset(column[:-1] for column in columns if column.endswith("*")),
        missed=frozenset(column[:-1] for column in columns if column.endswith("?")),
    )


_SITES: Final = ("site*", "parent", "kind*", "name*", "state", "locale", "grades", "site_type", "enrolment")
_MEMBERS: Final = ("member*", "name", "role?", "site", "joined_at*", "grades", "experience_years", "place", "level")

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        _table("sites", "site", *_SITES, "contact", "described_at", "statement"),
        _table(
            "members",
            "member",
            *_MEMBERS,
            *("minutes", "period", "network_roles", "expertise", "growth_areas", "profile"),
        ),
        _table(
            "challenges", "challenge", "challenge*", "author*", "posted_at*", "title*", "text?", "stage", "category"
        ),
        _table("posts", "answer", "post*", "challenge*", "author*", "to", "posted_at*", "text?"),
        _table(
            "resources",
            "resource",
            *("resource*", "contributor", "shared_at*", "title*", "kind", "grades", "topics", "url", "description?"),
        ),
    )
}

LIST: Final = "|"  # joins the values of network_roles, expertise, growth_areas


class Row(Struct, frozen=True, kw_only=True):
    """One row of one of our tables, and where it was read."""

    table: str
    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def key(self) -> str:
        return self[TABLES[self.table].key]
