"""The shape of a network in figures: members and directed ties in, numbers out, each with its formula."""

import math
from typing import Final

import numpy as np
from msgspec import Struct

from models.reach import Numbers, Reach, reach


class Graph(Struct, frozen=True):
    """Members are numbered from 0; a tie runs from giver to receiver, once or not at all, never to oneself."""

    members: int
    givers: Numbers
    receivers: Numbers
    times: Numbers  # how often each tie was used


class Figures(Struct, frozen=True, kw_only=True):
    """None where a network of so few members or ties has no such figure."""

    members: int
    ties: int
    density: float | None  # ties / (n (n - 1))
    mutual: int  # pairs with a tie each way
    asymmetric: int  # pairs with a tie one way
    reciprocity: float | None  # share of ties that are returned
    in_degree_min: int | None
    in_degree_max: int | None
    out_degree_min: int | None
    out_degree_max: int | None
    mean_degree: float | None  # in = out
    frequency_mean: float | None  # how often a tie was used
    frequency_max: int | None
    centralization_total: float | None  # sum of (largest - own degree) / (2 (n - 1) (n - 2)); Freeman 1978
    centralization_in: float | None  # the same of in-degree / (n - 1)^2
    centralization_out: float | None
    isolates: int
    isolate_share: float | None
    giant: int  # members of the largest part that ties join, in either direction
    giant_share: float | None
    transitivity: float | None  # 3 triangles / paths of two ties, in either direction
    mean_path: float | None  # steps in either direction, over pairs that some path joins
    reach_two: float | None  # mean share of the others within two steps in either direction
    core: int | None  # members of the core that fits best
    core_fit: float | None  # correlation with a full core and an empty periphery; Borgatti and Everett 1999


def graph(members: int, givers: Numbers, receivers: Numbers) -> Graph:
    """Of every use of a tie, in whatever order; what somebody gave themselves is no tie."""
    real = givers != receivers
    keys, times = np.unique(givers[real] * max(1, members) + receivers[real], return_counts=True)
    return Graph(members, keys // max(1, members), keys % max(1, members), times)


def without(whole: Graph, left_out: Numbers) -> Graph:
    """The network of the others."""
    stay = np.setdiff1d(np.arange(whole.members), left_out)
    number = np.full(whole.members, -1, dtype=np.int64)
    number[stay] = np.arange(len(stay))
    givers, receivers = number[whole.givers], number[whole.receivers]
    kept = (givers >= 0) & (receivers >= 0)
    return Graph(len(stay), givers[kept], receivers[kept], whole.times[kept])


def figures(of: Graph) -> Figures:
    n, m = of.members, len(of.givers)
    received, given = degrees(of)
    ones, others = either_way(of)
    mutual = m - len(ones)
    near = reach(n, ones, others)
    core, fit = _core(n, ones, others)
    return Figures(
        members=n,
        ties=m,
        density=_ratio(m, n * (n - 1)),
        mutual=mutual,
        asymmetric=m - 2 * mutual,
        reciprocity=_ratio(2 * mutual, m),
        in_degree_min=_least(received),
        in_degree_max=_most(received),
        out_degree_min=_least(given),
        out_degree_max=_most(given),
        mean_degree=_ratio(m, n),
        frequency_mean=_ratio(int(of.times.sum()), m),
        frequency_max=_most(of.times),
        centralization_total=_centralization(received + given, 2 * (n - 1) * (n - 2)),
        centralization_in=_centralization(received, (n - 1) ** 2),
        centralization_out=_centralization(given, (n - 1) ** 2),
        isolates=(isolates := int(np.count_nonzero(received + given == 0))),
        isolate_share=_ratio(isolates, n),
        giant=near.largest,
        giant_share=_ratio(near.largest, n),
        transitivity=_ratio(near.closed, _triples(n, ones, others)),
        mean_path=_ratio(near.steps, near.pairs),
        reach_two=_within_two(n, near),
        core=core,
        core_fit=fit,
    )


def degrees(of: Graph) -> tuple[Numbers, Numbers]:
    """Everybody's in-degree and out-degree."""
    return np.bincount(of.receivers, minlength=of.members), np.bincount(of.givers, minlength=of.members)


def either_way(of: Graph) -> tuple[Numbers, Numbers]:
    """The two ends of each pair that is tied, whichever way."""
    low, high = np.minimum(of.givers, of.receivers), np.maximum(of.givers, of.receivers)
    keys = np.unique(low * max(1, of.members) + high)
    return keys // max(1, of.members), keys % max(1, of.members)


def reach_two(of: Graph) -> float | None:
    """The mean share of the others whom a member reaches within two steps, in either direction."""
    return _within_two(of.members, reach(of.members, *either_way(of)))


def hub_dependence(everybody: float | None, others: float | None) -> float | None:
    """How much of the reach within two steps is gone without the hubs: 1 - reach of the others / reach of everybody."""
    return None if not everybody or others is None else 1 - others / everybody


def external_internal(of: Graph, groups: Numbers) -> tuple[int, int]:
    """Ties between two groups and within one, each tie once; who has no group is numbered -1 and counts for neither."""
    giving, receiving = groups[of.givers], groups[of.receivers]
    known = (giving >= 0) & (receiving >= 0)
    external = int(np.count_nonzero(known & (giving != receiving)))
    return external, int(np.count_nonzero(known)) - external


def by_group(of: Graph, groups: Numbers, many: int) -> tuple[Numbers, Numbers, Numbers]:
    """Of each group: members, ties within it, and ties to and from others of whom the group is known."""
    giving, receiving = groups[of.givers], groups[of.receivers]
    within, between = (giving >= 0) & (giving == receiving), (giving >= 0) & (receiving >= 0) & (giving != receiving)
    members = np.bincount(groups[groups >= 0], minlength=many)
    ends = np.concatenate((giving[between], receiving[between]))
    return members, np.bincount(giving[within], minlength=many), np.bincount(ends, minlength=many)


def index(external: int, internal: int) -> float | None:
    """E-I index, from -1 (all ties within groups) to 1 (all between them); Krackhardt and Stern 1988."""
    return _ratio(external - internal, external + internal)


def _within_two(members: int, near: Reach) -> float | None:
    return _ratio(near.within_two, members * (members - 1))


def _centralization(degree: Numbers, most: int) -> float | None:
    return _ratio(int((degree.max() - degree).sum()), most) if len(degree) > 2 else None


def _triples(members: int, ones: Numbers, others: Numbers) -> int:
    own = np.bincount(np.concatenate((ones, others)), minlength=members)
    return int((own * (own - 1) // 2).sum())


def _core(members: int, ones: Numbers, others: Numbers) -> tuple[int | None, float | None]:
    """Who is tied to at least so many is the core; of all such cores the one that fits best, the smallest of those.

    Pairs between core and periphery count for neither, as Borgatti and Everett advise. Taking the best tied first is
    exact for the number of pairs that are amiss (Lip 2011), and whoever has as many ties is treated alike.
    """
    own = np.bincount(np.concatenate((ones, others)), minlength=members)
    weaker, stronger = np.minimum(own[ones], own[others]), np.maximum(own[ones], own[others])
    best: tuple[int | None, float | None] = (None, None)
    for least in np.unique(own)[::-1]:
        core = int(np.count_nonzero(own >= least))
        inside, outside = int(np.count_nonzero(weaker >= least)), int(np.count_nonzero(stronger < least))
        fit = _fit(inside, _pairs(core), outside, _pairs(members - core))
        if fit is not None and (best[1] is None or fit > best[1] + _NOTHING):
            best = core, fit
    return best


_NOTHING: Final = 1e-12


def _fit(inside: int, within: int, outside: int, without_core: int) -> float | None:
    """Correlation of two by two: pairs that are tied or not, pairs of the core or of the periphery."""
    tied, pairs = inside + outside, within + without_core
    spread = float(within) * without_core * tied * (pairs - tied)
    return (inside * (without_core - outside) - outside * (within - inside)) / math.sqrt(spread) if spread > 0 else None


def _pairs(members: int) -> int:
    return members * (members - 1) // 2


def _least(values: Numbers) -> int | None:
    return int(values.min()) if len(values) else None


def _most(values: Numbers) -> int | None:
    return int(values.max()) if len(values) else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
