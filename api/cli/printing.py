"""Lists as tables that people read."""

from rich.table import Table
from rich.text import Text

from api.cli.running import out
from engine.explaining import WordedList, WordedPick, WordedReason, short


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
    for each in pick.moved:
        text.append(f"\n{each}", style="not bold dim")
    for reason in pick.reasons:
        text.append_text(_reason(reason, pick.name, details=details))
    return text


def _reason(reason: WordedReason, heading: str, *, details: bool) -> Text:
    text = Text(style="not bold")
    text.append(f"\n– {reason.says}")
    if reason.title and reason.title != heading:
        text.append(f" “{reason.title}”")
    if reason.excerpt != reason.title:
        text.append(f": “{reason.excerpt}”", style="italic")
    if reason.shared:
        text.append(f" (shared words: {', '.join(reason.shared)})", style="dim")
    if details:
        text.append(f" [{reason.evidence}, {reason.at:%Y-%m-%d}, {reason.part} {reason.value:.2f}]", style="dim")
    return text


def _print_details(worded: WordedList) -> None:
    out.print(f"need: {worded.need_title} ({short(worded.need)})")
    out.print(f"issued {worded.issued_at:%Y-%m-%d %H:%M} UTC from the history up to position {worded.position}")
    out.print(f"policy {worded.policy_hash[:12]}, encoder {worded.encoder}")
    for miss in worded.near_misses:
        out.print(f"nearly: {miss.name} {miss.score:.2f}: {miss.because}")
