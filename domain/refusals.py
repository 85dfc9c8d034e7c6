"""The tree of named refusals: every clear no that a person may get, in words that say what to do."""


class Refused(Exception):  # noqa: N818 - the domain's word
    """A clear no. `field` names the value at fault, `remedy` what to do about it."""

    def __init__(self, words: str, *, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.field}: " if self.field else ""
        return f"{place}{self.words}" + (f" ({self.remedy})" if self.remedy else "")


class Malformed(Refused):
    """A value has the wrong form: empty, too long, of an unknown word, in the future."""


class Unknown(Refused):
    """There is no such thing in this network."""


class IllegalMove(Refused):
    """The state that was reached does not allow this."""


class NotTheirs(Refused):
    """Only another person may say this."""


class OverBudget(Refused):
    """More minutes than were offered."""


class Beaten(Refused):
    """Somebody changed it first: the version asked for is not the one that stands."""


class CommandReused(Refused):
    """The same command id came with another body."""


class KeyTrouble(Refused):
    """The master key is missing, lies in the data folder, or does not fit."""


class ModelTrouble(Refused):
    """The model's files are missing or altered."""


class NewerSoftware(Refused):
    """The history holds an event that this version cannot read."""


class StorageTrouble(Refused):
    """The disk is full or the files cannot be used; nothing was written."""


class Unauthenticated(Refused):
    """Nobody is known by this token: unknown, expired and revoked ones are worded alike."""


class TooMany(Refused):
    """More requests than the limit; `retry_after` says in how many seconds one is taken again."""

    def __init__(self, words: str, *, retry_after: float, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(words, field=field, remedy=remedy)
        self.retry_after = retry_after


class BadFile(Refused):
    """A file that was given cannot be used; `field` holds the file and line."""
