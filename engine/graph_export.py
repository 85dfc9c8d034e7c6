"""Who gave to whom as GraphML, which the usual tools for networks read: ids alone, unless names are asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from sqlite3 import Connection
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from domain.vocabulary import OPEN, MemberId
from engine.exports import Wrote
from engine.followers import Views
from projections import member_directory
from projections.ties import Tie, ties

TIES: Final = "ties.graphml"

_EVERYBODY: Final = 1_000_000
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="name" for="node" attr.name="name" attr.type="string"/>
  <key id="kind" for="edge" attr.name="kind" attr.type="string"/>
  <key id="times" for="edge" attr.name="times" attr.type="int"/>
  <key id="first" for="edge" attr.name="first" attr.type="string"/>
  <key id="last" for="edge" attr.name="last" attr.type="string"/>
  <graph edgedefault="directed">
"""
_TAIL: Final = "  </graph>\n</graphml>\n"


def write_ties(draft: Path, connection: Connection, *, named: bool) -> Wrote:
    """Everybody in the network, and an edge for every kind of tie from giver to receiver.

    Ties of a narrower class than the network's are left out: whoever may not read of them learns of none.
    """
    shown = [tie for tie in ties(connection) if tie.confidentiality in OPEN]
    names = {who: entry.name for who, entry in member_directory.candidates(connection).items()}
    here = {each.member for each in member_directory.directory(connection, limit=_EVERYBODY)}
    nodes = sorted(here | {tie.giver for tie in shown} | {tie.receiver for tie in shown})
    edges = list(_edges(shown))
    with (draft / TIES).open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        file.writelines(_node(each, names if named else {}) for each in nodes)
        file.writelines(edges)
        file.write(_TAIL)
    return Wrote(len(edges), Views.position_in(connection))


def left_out(connection: Connection) -> int:
    """How many ties are of a narrower class than the network's, each kind from giver to receiver counted once."""
    shown, every = set(), set()
    for tie in ties(connection):
        edge = (tie.giver, tie.receiver, tie.kind)
        every.add(edge)
        if tie.confidentiality in OPEN:
            shown.add(edge)
    return len(every - shown)


def _node(member: MemberId, names: Mapping[MemberId, str]) -> str:
    name = names.get(member)
    inside = "" if name is None else _data("name", name)
    return f"    <node id={_quoted(member)}>{inside}</node>\n"


def _edges(shown: Iterable[Tie]) -> Iterator[str]:
    def key(tie: Tie) -> tuple[MemberId, MemberId, str]:
        return tie.giver, tie.receiver, tie.kind

    for (giver, receiver, kind), found in groupby(sorted(shown, key=key), key):
        at = [tie.at for tie in found]
        data = {"kind": kind, "times": len(at), "first": _day(min(at)), "last": _day(max(at))}
        inside = "".join(_data(name, value) for name, value in data.items())
        yield f"    <edge source={_quoted(giver)} target={_quoted(receiver)}>{inside}</edge>\n"


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _data(name: str, value: object) -> str:
    return f'<data key="{name}">{escape(_clean(str(value)))}</data>'


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without characters that no XML may hold, however they are written."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
