"""Verify an export where it lies: its own checkpoint, those that were kept, and by which key they are signed."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.refusals import BadFile
from engine.log_lines import CHECKPOINT, EVENTS
from engine.notes import Checkpoint, claimed, opened
from engine.verifying import lines_of, verify

_LONGEST: Final = 100_000  # bytes of a checkpoint


class Verified(Struct, frozen=True, kw_only=True):
    """What was proved, and what was not."""

    origin: str
    events: int  # that a checkpoint covers, each of them as it was signed
    root: str  # base64, as checkpoints write it
    uncovered: int = 0  # events after the last checkpoint
    withheld: int = 0  # events that are not told: their hash alone stands there, and fits
    earlier: tuple[int, ...] = ()  # sizes of the other checkpoints that it agrees with
    signature_checked: bool
    signed_by: tuple[str, ...]  # name+id of the keys, as the checkpoint itself says


class Note(Struct, frozen=True):
    """A checkpoint that was read, and whose signature it claims to have."""

    checkpoint: Checkpoint
    signed_by: tuple[str, ...]


def read_note(path: Path, key: str | None) -> Note:
    """With a key, its signature is checked. Raises BadFile."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST + 1).decode()
        checkpoint, signed_by = claimed(text)
        return Note(checkpoint if key is None else opened(text, key), signed_by)
    except OSError as error:
        raise BadFile(error.strerror or "this cannot be read", field=str(path), remedy="name another file") from None
    except UnicodeDecodeError:
        raise BadFile("this is not a signed note", field=str(path), remedy="give it as it was written") from None
    except BadFile as refusal:
        raise BadFile(refusal.words, field=str(path), remedy=refusal.remedy) from None


def verify_export(
    path: Path, kept: Sequence[Path] = (), key: str | None = None, progress: Callable[[int], None] | None = None
) -> Verified:
    """An export's folder, or its file of events beside which its checkpoint may lie. Raises Tampered, BadFile.

    `kept` are checkpoints from elsewhere: what they cover must be the beginning of the export.
    """
    events = path / EVENTS if path.is_dir() else path
    own, notes = events.with_name(CHECKPOINT), [read_note(each, key) for each in kept]
    if own.exists():
        notes.insert(0, read_note(own, key))
    elif not notes:
        words = "nothing says what was signed"
        raise BadFile(words, field=str(own), remedy="give the checkpoint of this export with --checkpoint")
    over, *others = notes if own.exists() else sorted(notes, key=lambda note: -note.checkpoint.size)
    try:
        withheld = verify(lines_of(events), over.checkpoint, [each.checkpoint for each in others], progress)
    except OSError as error:
        words = error.strerror or "this cannot be read"
        raise BadFile(words, field=str(events), remedy="name an export that `confrere export --log` wrote") from None
    return replace(verified(over, others, signature_checked=key is not None), withheld=withheld)


def verified(over: Note, others: Sequence[Note] = (), *, signature_checked: bool, uncovered: int = 0) -> Verified:
    return Verified(
        origin=over.checkpoint.origin,
        events=over.checkpoint.size,
        root=b64encode(over.checkpoint.root).decode(),
        uncovered=uncovered,
        earlier=tuple(sorted({each.checkpoint.size for each in others})),
        signature_checked=signature_checked,
        signed_by=over.signed_by,
    )
