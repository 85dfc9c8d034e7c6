"""A school year made from a seed: who helps with what and for how long, who needs what and when, how each answers."""

from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import SchoolCalendar, Term, is_school_day, period_of
from domain.policies import MatchingPolicy
from domain.vocabulary import PeriodKind

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

CALENDAR: Final = SchoolCalendar(
    zone="America/Chicago",
    terms=(
        Term(name="Autumn", first=date(2025, 8, 25), last=date(2025, 12, 19)),
        Term(name="Winter", first=date(2026, 1, 5), last=date(2026, 3, 20)),
        Term(name="Spring", first=date(2026, 3, 30), last=date(2026, 6, 12)),
    ),
    holidays=(date(2025, 9, 1), *(date(2025, 11, day) for day in (26, 27, 28)), date(2026, 1, 19), date(2026, 5, 25)),
)
_FIRST, _LAST = CALENDAR.terms[0].first, CALENDAR.terms[-1].last
_EVERY: Final = [_FIRST + timedelta(days=day) for day in range((_LAST - _FIRST).days + 1)]
DAYS: Final = tuple(day for day in _EVERY if is_school_day(day, CALENDAR))  # times are counted in these
RHYTHM: Final = {8: 0.6, 9: 1.5, 10: 1.4, 11: 1.0, 12: 0.6, 1: 1.5, 2: 1.2, 3: 1.0, 4: 0.9, 5: 0.6, 6: 0.0}  # by month

FIELDS, TOPICS, WIDTH = 6, 24, 48
SOURCES: Final = np.array([MatchingPolicy().claimed, MatchingPolicy().endorsed, MatchingPolicy().demonstrated])
SHARES: Final = np.array([1, 1 / 2, 1 / 3]) / (1 + 1 / 2 + 1 / 3)  # fit: the weighted top three of what shows it
PIECES: Final = 6  # of evidence a helper
OFFERS: Final = {  # minutes, by the period they are offered for
    PeriodKind.WEEK: (60, 120),
    PeriodKind.MONTH: (60, 120, 180, 240),
    PeriodKind.TERM: (120, 180, 300, 480),
}


class Size(Struct, frozen=True):
    members: int = 1000
    helpers: int = 200
    needs: int = 2000


USUAL: Final = Size()


class Offer(Struct, frozen=True):
    minutes: int
    period: PeriodKind

    @property
    def a_year(self) -> int:
        """Minutes in all periods that have school days."""
        return self.minutes * len({period_of(day, self.period, CALENDAR) for day in DAYS})


class Need(Struct, frozen=True, kw_only=True):
    """A need as it is submitted; posted again in other words, it keeps its number."""

    number: int  # what it takes, and how each helper would answer it, stands under it
    seeker: int
    at: float  # in school days from the first
    copied: bool = False


class Year(Struct, frozen=True, kw_only=True):
    """Helpers are the first of the members; rows are needs, columns helpers."""

    size: Size
    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]  # in the order of submission
    about: Floats  # of each need, its vector
    topics: Floats
    themes: Numbers  # which topic each need is about
    skills: Floats  # helper × piece × width: what each can do …
    shown: Floats  # … what their evidence says they can …
    strength: Floats  # … and how strong its source is
    luck: Floats  # need × helper: decides who declines or stays silent
    delay: Floats  # need × helper: school days until the answer
    silent: Floats
    declines: Floats
    sessions: Numbers
    cancelled: npt.NDArray[np.bool_]  # need × session


def year(seed: int, size: Size = USUAL) -> Year:
    random = np.random.default_rng(seed)
    topics = _topics(random)
    wanted = random.dirichlet(np.full(TOPICS, 2.0))
    needs = _needs(random, size)
    themes = _themes(random, wanted, needs)
    about = topics[themes] + _noise(random, (size.needs, WIDTH))
    skills = _skills(random, topics, wanted, size)
    strength = random.choice(SOURCES, p=(0.4, 0.2, 0.4), size=(size.helpers, PIECES))
    pairs = (size.needs, size.helpers)
    return Year(
        size=size,
        offers=tuple(_offer(random) for _ in range(size.helpers)),
        needs=needs,
        about=_unit(about),
        topics=topics,
        themes=themes,
        skills=skills,
        shown=skills,
        strength=strength,
        luck=random.random(pairs),
        delay=np.minimum(random.exponential(0.8, pairs), 2.9),
        silent=random.beta(1, 12, size.helpers),
        declines=random.beta(2, 12, size.helpers),
        sessions=random.choice((1, 2, 3), p=(0.5, 0.3, 0.2), size=size.needs),
        cancelled=random.random((size.needs, 3)) < 0.06,
    )


def fits(known: Year, *, firm: bool = False) -> Floats:
    """Row of `about` × helper: how well each fits by what they show, or by what is more than claimed of it."""
    counts = known.strength * (known.strength > MatchingPolicy().claimed) if firm else known.strength
    return _top_three(known, known.shown, counts)


def abilities(known: Year) -> Floats:
    """The same by what each can do."""
    return _top_three(known, known.skills, np.ones(known.skills.shape[:2]))


def understating(known: Year, some: Numbers) -> Year:
    """These helpers offer half of the time they have, but one session at least."""
    offers = list(known.offers)
    for helper in some:
        offers[helper] = replace(offers[helper], minutes=max(60, offers[helper].minutes // 2))
    return replace(known, offers=tuple(offers))


def overclaiming(known: Year, some: Numbers) -> Year:
    """These helpers claim, in three pieces each, the three kinds of need that are most frequent, and can do none of it.

    The pieces say what is typical of the need, nearer to it than most evidence is.
    """
    middles = _unit(known.topics[np.bincount(known.themes).argsort()[-3:]])
    claims = np.repeat(middles, 3, axis=0)
    pieces, weak = np.zeros((len(known.shown), len(claims), WIDTH)), np.zeros((len(known.shown), len(claims)))
    pieces[some], weak[some] = claims, MatchingPolicy().claimed
    shown, strength = np.concatenate([known.shown, pieces], axis=1), np.concatenate([known.strength, weak], axis=1)
    return replace(known, shown=shown, strength=strength)


def reposting(known: Year, some: Numbers, seed: int) -> Year:
    """These members post each need three times at once, each time in other words."""
    random = np.random.default_rng(seed)
    mine = [need for need in known.needs if need.seeker in set(some.tolist())]
    copies = tuple(replace(need, copied=True) for need in mine for _ in range(2))
    said = known.about[[need.number for need in copies]] + _noise(random, (len(copies), WIDTH))
    return replace(known, needs=(*known.needs, *copies), about=np.concatenate([known.about, _unit(said)]))


def _top_three(known: Year, pieces: Floats, counts: Floats) -> Floats:
    near = np.tensordot(known.about, pieces, axes=(1, 2)) * counts
    best = -np.sort(-near, axis=2)[:, :, :3]
    return np.round(np.maximum(best, 0) @ SHARES, 6)


def _topics(random: np.random.Generator) -> Floats:
    """Those of one field lie near each other."""
    fields = _unit(random.standard_normal((FIELDS, WIDTH)))
    return _unit(fields[np.arange(TOPICS) % FIELDS] * 0.8 + _unit(random.standard_normal((TOPICS, WIDTH))))


def _needs(random: np.random.Generator, size: Size) -> tuple[Need, ...]:
    rate = np.array([RHYTHM[day.month] for day in DAYS])
    days = random.choice(len(DAYS), p=rate / rate.sum(), size=size.needs)
    times = np.sort(days + random.random(size.needs))
    seekers = random.integers(0, size.members, size.needs)
    return tuple(
        Need(number=number, seeker=int(seeker), at=float(at))
        for number, (seeker, at) in enumerate(zip(seekers, times, strict=True))
    )


def _themes(random: np.random.Generator, wanted: Floats, needs: tuple[Need, ...]) -> Numbers:
    """Each theme has its season."""
    peak = random.random(TOPICS)
    share = np.array([need.at / len(DAYS) for need in needs])[:, None]
    rate = wanted * (1 + 0.6 * np.cos(2 * np.pi * (share - peak)))
    ends = np.cumsum(rate / rate.sum(axis=1, keepdims=True), axis=1)
    return np.minimum((random.random((len(needs), 1)) > ends).sum(axis=1), TOPICS - 1)


def _skills(random: np.random.Generator, topics: Floats, wanted: Floats, size: Size) -> Floats:
    """Most help with what many ask for, not in the same measure; two areas each, the first one in more pieces."""
    supply = 0.5 * wanted + 0.5 * random.dirichlet(np.full(TOPICS, 1.0))
    areas = random.choice(TOPICS, p=supply, size=(size.helpers, 2))
    which = areas[:, (0, 0, 0, 1, 1, 1)]
    depth = random.uniform(0.7, 1.4, (size.helpers, 1, 1))
    return _unit(topics[which] * depth + _noise(random, (size.helpers, PIECES, WIDTH)))


def _offer(random: np.random.Generator) -> Offer:
    period = random.choice(list(OFFERS), p=(0.2, 0.4, 0.4))
    return Offer(int(random.choice(OFFERS[period])), PeriodKind(period))


def _noise(random: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return random.standard_normal(shape) * (0.6 / np.sqrt(WIDTH))


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
