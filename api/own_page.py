"""A member's own data as a page that any browser shows, without a server."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

import msgspec

from engine.own_data import Held, Look, OwnData, Use

_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}
blockquote{margin:.2rem 0;padding-left:.7rem;border-left:3px solid #777;white-space:pre-wrap}small{color:#555}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}small{color:#bbb}th,td{border-color:#444}}
"""


_UNDER_KEY: Final = """\
<p>Words under your key are what you wrote, and what others wrote of you that goes with you if you are erased: why staff
placed a request of yours where they did, for instance. Under Told by stands who wrote them.</p>"""

_CAN_DO: Final = """\
<h2>What you can do</h2>
<ul>
<li>Correct your name, profile, challenges and answers.</li>
<li>Withdraw a text from matching, by the position that stands before it, and return it.</li>
<li>Be erased: then nobody can open your words any more.</li>
</ul>"""


def page(told: OwnData) -> str:
    """The same as the JSON beside it; nothing in it is run or fetched."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f"<title>What {escape(told.network_name)} holds of {escape(told.member)}</title><style>{_STYLE}</style>",
            f"<h1>What {escape(told.network_name)} holds of you</h1>",
            f"<p>You are <code>{escape(told.member)}</code>. Told on {told.made_at:%Y-%m-%d %H:%M} UTC.</p>",
            _UNDER_KEY,
            *_section("What is held, and where it came from", _HELD, map(_held, told.held), "Nothing is held."),
            *_section("Who looked at it", _LOOKS, map(_look, told.looks), "Nobody looked by their office."),
            *_section("Which recommendations used it", _USES, map(_use, told.uses), "None named you."),
            f"<p>You were near the top of {told.left_out} more lists, and left out.</p>" if told.left_out else "",
            f"<h2>Programs that may speak for you</h2><p>{told.tokens} tokens.</p>",
            _CAN_DO,
            "</html>",
        )
    )


_HELD: Final = ("Position", "When", "What", "Told by", "Words under your key", "Besides")
_LOOKS: Final = ("When", "Who", "At what")
_USES: Final = ("When", "Kind of list", "Your place", "By your texts at")


def _section(title: str, heads: Iterable[str], rows: Iterable[str], none: str) -> Iterator[str]:
    yield f"<h2>{title}</h2>"
    body = [f"<tr>{row}</tr>" for row in rows]
    if not body:
        yield f"<p>{none}</p>"
        return
    yield f"<table><thead><tr>{''.join(f'<th scope=col>{head}</th>' for head in heads)}</tr></thead><tbody>"
    yield from body
    yield "</tbody></table>"


def _held(each: Held) -> str:
    use = "withdrawn from matching" if each.withdrawn else "used in matching" if each.matched else ""
    words = "".join(
        f"<small>{escape(field)}</small><blockquote>{escape(text)}</blockquote>"
        for field, text in each.own_words.items()
    )
    besides = "; ".join(
        f"{field}: {_said(value)}" for field, value in each.besides.items() if value not in (None, "", [])
    )
    words += f"<small>{use}</small>" if use and words else ""
    return _cells(
        str(each.position), f"{each.occurred_at:%Y-%m-%d %H:%M}", escape(f"{each.event} {each.stream}"),
        escape(each.told_by), words, escape(besides),
    )  # fmt: skip


def _look(each: Look) -> str:
    who = f"{each.name} ({each.viewer})" if each.name else each.viewer
    return _cells(f"{each.at:%Y-%m-%d %H:%M}", escape(who), escape(" ".join((each.what, *each.subjects))))


def _use(each: Use) -> str:
    texts = ", ".join(map(str, each.texts)) or "–"
    return _cells(each.on.isoformat(), escape(each.kind), str(each.place), texts)


def _cells(*cells: str) -> str:
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _said(value: Any) -> str:  # noqa: ANN401 - whatever a field holds
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
