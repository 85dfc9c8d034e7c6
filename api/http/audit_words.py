"""What the fields of own data, of audit and of proofs mean; a part of the table in words.py."""

from collections.abc import Mapping
from typing import Final

AUDIT_WORDS: Final[Mapping[str, str]] = {
    "AccessEntry.subjects": "What of theirs was looked at.",
    "Held.confidentiality": "Who may read it.",
    "Held.event": "What happened, by its name for ever.",
    "Held.stream": "The stream it belongs to.",
    "Look.name": "What the viewer is called; empty for who is not there any more.",
    "Look.subjects": "What was looked at, where it concerned the member alone.",
    "Look.what": "The question that was asked.",
    "OwnData.held": "Every event that concerns the member, in the order of the log.",
    "OwnData.looks": "Who looked, by their office, at something that concerns the member.",
    "OwnData.tokens": "By how many tokens programs may speak for the member.",
    "OwnData.uses": "Lists for others that named the member, or something of theirs for what they wrote.",
    "Use.place": "The place on the list, from 1.",
    "Use.texts": "Positions of the member's texts that spoke for it.",
    "besides": "Ids, days, numbers and fixed words of the event.",
    "left_out": "Lists near whose top the member was, and left out.",
    "made_at": "When this was made.",
    "matched": "Whether the words lead others to the member, or to what is theirs.",
    "network_name": "What the network is called.",
    "own_words": "What is sealed under the member's own key, field by field.",
    "told_by": "Who told it, in words.",
    "viewer": "Who looked: a member, or the operator.",
    "withdrawn": "Whether the member withdrew the words from matching.",
}
