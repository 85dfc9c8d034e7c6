"""Every projection of a network, in the order in which they are filled."""

from typing import Final

from projections import (
    accesses,
    asks,
    challenge_board,
    coaching_figures,
    coaching_filling,
    coaching_news,
    conflicts,
    erasures,
    evidence_sources,
    expertise,
    introductions,
    member_directory,
    network_setting,
    places,
    recommendation_lists,
    resource_shelf,
    site_tree,
    ties,
    time_budgets,
    timeline,
)
from projections.shape import Projection

PROJECTIONS: Final[tuple[Projection, ...]] = (
    network_setting.PROJECTION,
    site_tree.PROJECTION,
    member_directory.PROJECTION,
    expertise.PROJECTION,
    conflicts.PROJECTION,
    time_budgets.PROJECTION,
    challenge_board.PROJECTION,
    resource_shelf.PROJECTION,
    introductions.PROJECTION,
    asks.PROJECTION,
    ties.PROJECTION,
    evidence_sources.PROJECTION,
    recommendation_lists.PROJECTION,
    places.PROJECTION,
    coaching_filling.PROJECTION,
    coaching_news.PROJECTION,
    coaching_figures.PROJECTION,
    accesses.PROJECTION,
    erasures.PROJECTION,
    timeline.PROJECTION,
)
