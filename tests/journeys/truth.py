"""What the real files say, read without any of our import: who may rightly be said to have written what."""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

Ids = Callable[[str, str], str]  # kind and key of a row, as an import makes ids of them
Truth = Mapping[tuple[str, str], set[str]]  # whom evidence is about and what it says of them: its texts


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return [{column: cell.strip() for column, cell in row.items()} for row in csv.DictReader(opened)]


def of_the_network(folder: Path, ids: Ids) -> Truth:
    """A thread is its first receiver's; who wrote in it is spoken for by its title."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    threads: dict[str, dict[str, str]] = {}
    for row in sorted(lines(folder / "posts.csv"), key=lambda row: (row["at"], int(row["comment_id"]))):
        first = threads.setdefault(row["thread_id"], row)
        told[ids("member", row["sender"]), "answered"].add(first["title"])
    for thread, first in threads.items():
        told[ids("member", first["receiver"]), "posted"].add(first["title"])
        told[ids("challenge", thread), "is about"].add(first["title"])
    return told


def of_the_schools(folder: Path, ids: Ids) -> Truth:
    """The one contact of a school speaks for it in its leader's words."""
    return {
        (ids("member", f"contact of school {row['school_id']}"), "site statement"): {
            "\n\n".join(filter(None, (row["school_purpose"], row["school_model"])))
        }
        for row in lines(folder / "canopy-schools.csv")
    }


def of_the_programmes(folder: Path, ids: Ids) -> Truth:
    """A programme's name, the topics and outcomes it was reviewed for, and its ratings."""
    grouped: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in lines(folder / "wwc-interventions.csv"):
        grouped[row["name"]].append(row)
    return {(ids("resource", name), "is about"): {_programme(name, rows)} for name, rows in grouped.items()}


def _programme(name: str, rows: list[dict[str, str]]) -> str:
    topics = dict.fromkeys(topic for row in rows for topic in (row["topic"], row["outcome_domain"]) if topic)
    ratings = [
        f"{row['topic']}, {row['outcome_domain']}: {row['effectiveness_rating']} ({row['studies_meeting_standards']} of"
        f" {row['studies_eligible']} eligible studies met the standards; What Works Clearinghouse, about April 2020)."
        for row in rows
        if row["effectiveness_rating"]
    ]
    return "\n".join(filter(None, (name, "|".join(topics), "\n".join(ratings))))
