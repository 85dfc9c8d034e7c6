"""Lists as tables that people read."""

from rich.table import Table
from rich.text import Text

from api.cli.running import out
from engine.explaining import WordedList, WordedPick, short
from engine.reasons import WordedReason
from models.sharing import places


def print_list(worded: WordedList, *, details: bool = False) -> None:
    """A heading, one row a pick with its reasons, and where the list is kept."""
    mode = "" if worded.mode == "any" else f" ({worded.mode})"
    heading = f"\n{worded.kind[:1].upper()}{worded.kind[1:]}{mode}"
    out.print(Text.assemble((heading, "bold"), " ", (short(worded.recommendation), "dim")))
    if not worded.picks:
        out.print("  nobody and nothing near enough yet")
    table = Table(show_header=False, box=None, padding=(0, 2, 1, 0))
    table.add_column(justify="right", vertical="top")
    table.add_column(ratio=1)
    for place, pick in enumerate(worded.picks, start=1):
        table.add_row(f"{place}.", _pick(pick, details=details))
    out.print(table)
    if details:
        _print_details(worded)


def _pick(pick: WordedPick, *, details: bool) -> Text:
    text = Text(pick.name, style="bold")
    text.append(f"  {pick.about}  {pick.score:.2f}  {short(pick.candidate)}", style="not bold dim")
    if details:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in pick.parts.items())
        text.append(f"\nparts: {parts}", style="not bold")
    before = ""
    for reason in pick.reasons:
        text.append_text(_reason(reason, pick.name, before, details=details))
        before = reason.yours
    if pick.moved:
        text.append(f"\n{'; '.join(pick.moved)}", style="not bold dim")
    return text


def _reason(reason: WordedReason, heading: str, before: str, *, details: bool) -> Text:
    """`before`: the reader's sentence that the reason above this one meets."""
    text = Text(f"\n– {reason.says}", style="not bold")
    if reason.title and reason.title != heading:
        text.append(" ").append_text(_quoted(reason.title, reason))
    if reason.excerpt != reason.title or reason.title == heading:
        text.append(": ").append_text(_quoted(reason.excerpt, reason, style="italic"))
    if reason.yours and reason.yours == before:
        text.append("\n  meets the same")
    elif reason.yours:
        text.append("\n  meets your ").append_text(_quoted(reason.yours, reason, style="italic"))
    if reason.shared:
        text.append(f" (shared words: {', '.join(reason.shared)})", style="dim")
    if details:
        text.append(f" [{reason.evidence}, {reason.at:%Y-%m-%d}, {reason.part} {reason.value:.2f}]", style="dim")
    return text


def _quoted(words: str, reason: WordedReason, style: str = "") -> Text:
    """Between quotation marks, the shared words in it told apart."""
    text = Text(f"“{words}”", style=style)
    for begins, ends in places(reason.shared, text.plain):
        text.stylize("bold underline", begins, ends)
    return text


def _print_details(worded: WordedList) -> None:
    out.print(f"need: {worded.need_title} ({short(worded.need)})")
    out.print(f"issued {worded.issued_at:%Y-%m-%d %H:%M} UTC from the history up to position {worded.position}")
    out.print(f"policy {worded.policy_hash[:12]}, encoder {worded.encoder}")
    for miss in worded.near_misses:
        out.print(f"nearly: {miss.name} {miss.score:.2f}: {miss.because}")
