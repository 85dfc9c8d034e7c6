"""The dlt1 network, reply by reply: who could have answered, and what was known of them then."""

import csv
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from domain.policies import MatchingPolicy
from models.corpus import Corpus, Item
from models.encoder import Encoder, Vectors
from models.people import Facts, agreement
from models.ranking import pool

TRAITS: Final = ("role", "experience_years", "grades", "state", "region", "group")
LEAST: Final = 50  # candidates, for a reply to be asked about
DAY: Final = 86400.0


class Row(Struct, frozen=True):
    """One comment, from one person to one person."""

    day: float
    sender: str
    receiver: str
    thread: str
    title: str
    category: str


class Past(Struct, frozen=True, gc=False):
    """What the baselines count: rows before this one, and which was the latest."""

    ties: int
    category: int
    posts: int
    latest: int


class Reply(Struct, frozen=True):
    """A person's first reply in a thread begun by another: whoever wrote before could have given it."""

    day: float
    thread: str
    sender: str
    facts: Mapping[str, Facts]  # by candidate; exposure is for the one to fill in who makes lists
    past: Mapping[str, Past]


class Network(Struct, frozen=True):
    traits: Mapping[str, Mapping[str, str]]
    facilitators: frozenset[str]
    rows: tuple[Row, ...]
    starters: Mapping[str, str]  # of threads: the receiver of the earliest row

    @property
    def members(self) -> int:
        return len(self.traits) - len(self.facilitators)


class Decayed:
    """Sums that fade: what `models.people.decayed` says of the ages of what was added, without keeping them."""

    def __init__(self, half_life: float) -> None:
        self._half_life: Final = half_life
        self._sums: Final[dict[tuple[str, ...], tuple[float, float]]] = {}

    def add(self, day: float, *key: str) -> None:
        self._sums[key] = (self.of(day, *key) + 1, day)

    def of(self, day: float, *key: str) -> float:
        value, since = self._sums.get(key, (0.0, day))
        return value * math.exp2(-(day - since) / self._half_life)


def read(folder: Path) -> Network:
    members = _table(folder / "members.csv")
    posts = _table(folder / "posts.csv")
    rows = tuple(
        Row(
            day=datetime.fromisoformat(post["at"]).timestamp() / DAY,
            sender=post["sender"],
            receiver=post["receiver"],
            thread=post["thread_id"],
            title=post["title"],
            category=post["category"],
        )
        for post in sorted(posts, key=lambda post: (post["at"], int(post["comment_id"])))
    )
    return Network(
        traits={each["uid"]: {trait: each[trait] for trait in TRAITS if each[trait]} for each in members},
        facilitators=frozenset(each["uid"] for each in members if each["facilitator"] == "1"),
        rows=rows,
        starters={row.thread: row.receiver for row in reversed(rows)},
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Replies:
    """Iterates over every reply there is to ask about, in their order; counts those that cannot be asked about."""

    def __init__(self, network: Network, encoder: Encoder, policy: MatchingPolicy) -> None:
        self._network: Final = network
        self._known: Final = _Known(network, encoder, policy)
        self.by_newcomers = 0  # who had never written before: nobody could have named them
        self.among_few = 0

    def __iter__(self) -> Iterator[Reply]:
        replied = defaultdict[str, set[str]](set)
        for row in self._network.rows:
            elsewhere = {self._network.starters[row.thread], *self._network.facilitators, *replied[row.thread]}
            if row.sender not in elsewhere:
                candidates = sorted(self._known.latest.keys() - elsewhere)
                self.by_newcomers += row.sender not in candidates
                self.among_few += row.sender in candidates and len(candidates) < LEAST
                if row.sender in candidates and len(candidates) >= LEAST:
                    yield self._known.before(row, candidates)
            replied[row.thread].add(row.sender)
            self._known.add(row)


class _Known:
    """Everything that the rows so far tell."""

    def __init__(self, network: Network, encoder: Encoder, policy: MatchingPolicy) -> None:
        self._network = network
        self._vectors = _by_text(sorted({row.title for row in network.rows}), encoder)
        self._corpus = Corpus(encoder.width)
        self._answers = Decayed(policy.habit_half_life_days)  # by sender; by sender and category; by both of a pair
        self._ties, self._in_category = defaultdict[tuple[str, str], int](int), defaultdict[tuple[str, str], int](int)
        self._posts = defaultdict[str, int](int)
        self._last_answer: Final[dict[str, float]] = {}
        self.latest: Final[dict[str, int]] = {}
        self._rows = 0

    def before(self, row: Row, candidates: Collection[str]) -> Reply:
        fits = self._fits(row.title)
        return Reply(
            day=row.day,
            thread=row.thread,
            sender=row.sender,
            facts={each: self._facts(each, row, fits.get(each, 0.0)) for each in candidates},
            past={each: self._past(each, row) for each in candidates},
        )

    def _fits(self, title: str) -> dict[str, float]:
        view = self._corpus.as_of()
        hits = view.search([title], self._vectors[title], limit=int(view.mask.sum()))
        return {each.person: each.score for each in pool(hits)}

    def _facts(self, candidate: str, row: Row, fit: float) -> Facts:
        ours, theirs = self._network.traits.get(row.receiver, {}), self._network.traits.get(candidate, {})
        return Facts(
            fit=fit,
            context=agreement(ours, theirs),
            tied=self._answers.of(row.day, "pair", *sorted((candidate, row.receiver))),
            in_category=self._answers.of(row.day, "category", candidate, row.category),
            answered=self._answers.of(row.day, candidate),
            since_answered=None if candidate not in self._last_answer else row.day - self._last_answer[candidate],
        )

    def _past(self, candidate: str, row: Row) -> Past:
        return Past(
            ties=self._ties[candidate, row.receiver],
            category=self._in_category[candidate, row.category],
            posts=self._posts[candidate],
            latest=self.latest[candidate],
        )

    def add(self, row: Row) -> None:
        """A thread is evidence for who began it and for who wrote there, as the product keeps answers without words."""
        for person in (self._network.starters[row.thread], row.sender):
            self._add_text(f"{row.thread} {person}", person, row.title)
        if row.sender != row.receiver:
            self._ties[row.sender, row.receiver] += 1
            self._answers.add(row.day, "pair", *sorted((row.sender, row.receiver)))
            self._answers.add(row.day, "category", row.sender, row.category)
            self._answers.add(row.day, row.sender)
            self._last_answer[row.sender] = row.day
        self._in_category[row.sender, row.category] += 1
        self._posts[row.sender] += 1
        self.latest[row.sender] = self._rows
        self._rows += 1

    def _add_text(self, id_: str, person: str, text: str) -> None:
        if id_ not in self._corpus:
            self._corpus.add([Item(id=id_, person=person, text=text, since=self._rows + 1)], self._vectors[text])


def _by_text(texts: list[str], encoder: Encoder) -> dict[str, Vectors]:
    """Each as a row of one."""
    return dict(zip(texts, encoder.encode(texts)[:, None], strict=True))
