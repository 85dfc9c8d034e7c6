"""A synthetic network on disk, for figures about speed: told through the real event store, its vectors kept as ever."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct

from benchmarks.search import PER_ITEM, some_texts, some_vectors
from domain.budgets import TimeBudgetSet
from domain.challenges import ChallengeAnswered, ChallengePosted
from domain.kernel import Event
from domain.members import AffiliationStarted, ConflictDeclared, EngagementLevelChosen, MemberJoined, ProfileDescribed
from domain.networks import CharterNetwork
from domain.sites import SiteRegistered
from domain.vocabulary import OPERATOR, Level, MemberId, PeriodKind, RoleFamily, SiteKind, Stage, StreamId
from engine.commands import Order, Sender
from engine.event_store import Addition, Origin
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import Vectors

NETWORK: Final = "network-00000001"
START: Final = datetime(2025, 9, 1, 12, tzinfo=UTC)
POSTING: Final = 4  # one member in so many posts challenges: those whom lists are made for
CHALLENGES: Final = 2  # of each of them; each is two pieces of evidence
SITES, DISTRICTS, TOPICS = 400, 40, 64
SAVED_AT_ONCE, PUT_AT_ONCE = 2_000, 5_000
NEARNESS: Final = 0.75  # of a vector to the middle of its topic

Told = tuple[StreamId, Event]


class Size(Struct, frozen=True):
    members: int
    items: int  # pieces of evidence, the challenges' own among them

    @property
    def each(self) -> int:
        return self.items // self.members


def settings_of(folder: Path) -> Settings:
    return Settings(data=folder / "data", master_key=folder / "master.key")


def member(number: int) -> MemberId:
    return f"member-{number:08x}"


def challenge(number: int) -> StreamId:
    return f"challenge-{number:08x}"


def needs(size: Size) -> list[tuple[MemberId, StreamId]]:
    """Whom lists can be made for, with the first challenge of each."""
    return [(member(number), challenge(number)) for number in range(0, size.members, POSTING)]


def build(folder: Path, size: Size, seed: int = 0) -> None:
    """Tell the history, bring projections up, and keep a vector for every text."""
    random = np.random.default_rng(seed)
    with Confrere(settings_of(folder), lambda: START) as system:
        charter = Order(command=CharterNetwork(network=NETWORK, name="Synthetic"), at=START)
        system.commands.handle(charter, Sender(network=NETWORK, actor=OPERATOR, command_id="charter"))
        texts = Texts(random)
        record(system, _told(size, texts), texts, random)


def record(system: Confrere, told: Iterator[Told], texts: "Texts", random: np.random.Generator) -> None:
    """Append what is told, bring projections up, and keep a vector for each text that was handed out for it."""
    versions: dict[StreamId, int] = {}
    while part := list(islice(told, SAVED_AT_ONCE)):
        command = f"told-{system.store.head()}"
        origin = Origin(actor=OPERATOR, command=command, causation=command, correlation=command, digest=b"")
        additions = [_addition(each, versions, system) for each in part]
        system.store.append(NETWORK, additions, origin=origin)
    system.queries.kept_up(NETWORK)
    for start in range(0, len(texts.owned), PUT_AT_ONCE):
        owned = texts.owned[start : start + PUT_AT_ONCE]
        system.vectors.put(owned, about_topics(random, len(owned)))
    system.vectors.reach(NETWORK, system.store.head())


def _addition(told: Told, versions: dict[StreamId, int], system: Confrere) -> Addition:
    stream, event = told
    after = versions[stream] if stream in versions else system.store.version(stream)
    versions[stream] = after + 1
    return Addition(stream=stream, after=after, events=(event,), occurred_at=START)


class Texts:
    """Texts as they are handed out, each with whose it is."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._ready: list[str] = []
        self.owned: list[tuple[MemberId, str]] = []

    def of(self, owner: MemberId) -> str:
        if not self._ready:
            self._ready = some_texts(self._random, SAVED_AT_ONCE, PER_ITEM)
        text = self._ready.pop()
        self.owned.append((owner, text))
        return text


def _told(size: Size, texts: Texts) -> Iterator[Told]:
    yield from _places()
    for number in range(size.members):
        yield from _joined(number, texts)
    posts = list(range(0, size.members, POSTING))
    for number in posts:
        yield from _posted(number, size, texts)
    for number in range(size.members):
        ours = 1 + (2 * CHALLENGES if number % POSTING == 0 else 0)
        yield from _answers(number, size.each - ours, posts, texts)


def _places() -> Iterator[Told]:
    for number in range(DISTRICTS):
        yield _site(number), SiteRegistered(kind=SiteKind.DISTRICT, name=f"District {number}")
    for number in range(DISTRICTS, DISTRICTS + SITES):
        yield (
            _site(number),
            SiteRegistered(kind=SiteKind.SCHOOL, name=f"School {number}", parent=_site(number % DISTRICTS)),
        )


def _site(number: int) -> StreamId:
    return f"site-{number:08x}"


def _joined(number: int, texts: Texts) -> Iterator[Told]:
    who = member(number)
    role = list(RoleFamily)[number % len(RoleFamily)]
    yield who, MemberJoined(name=f"Member {number}")
    site = _site(DISTRICTS + number % SITES)
    yield who, AffiliationStarted(site=site, role=role, since=date(2025, 1, 1))
    yield who, ProfileDescribed(text=texts.of(who))
    if number % 2:
        yield who, EngagementLevelChosen(level=Level.PARTNER)
        budget = TimeBudgetSet(member=who, minutes=120, period=PeriodKind.WEEK, effective=START.date())
        yield f"budget-{number:08x}", budget
    if number % 50 == 1:
        yield who, ConflictDeclared(other=member(number - 1), kind="supervises")


def _posted(number: int, size: Size, texts: Texts) -> Iterator[Told]:
    for more in range(CHALLENGES):
        text = texts.of(member(number))
        stage = list(Stage)[(number // POSTING + more) % len(Stage)]
        posted = ChallengePosted(author=member(number), title=text, stage=stage)
        yield challenge(number + more * size.members), posted


def _answers(number: int, count: int, posts: Sequence[int], texts: Texts) -> Iterator[Told]:
    for more in range(count):
        asked = posts[(number * 7 + more * 131) % len(posts)]
        who, to = member(number), member(asked)
        answer = f"answer-{number:08x}{more:04x}"
        yield challenge(asked), ChallengeAnswered(answer=answer, member=who, to=to, text=texts.of(who))


def about_topics(random: np.random.Generator, count: int) -> Vectors:
    """Vectors around a few middles, so that some are near a need and most are not."""
    middles = some_vectors(np.random.default_rng(7), TOPICS)[random.integers(0, TOPICS, count)]
    vectors = NEARNESS * middles + (1 - NEARNESS**2) ** 0.5 * some_vectors(random, count)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
