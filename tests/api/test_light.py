from tests.api.shell import ABSENT, Shell
from tests.test_layers import HEAVY, loaded

RUNS = "from api.cli import confrere; confrere.main({!r}, standalone_mode=False)"


def test_reading_posting_and_asking_again_load_no_model(shell: Shell) -> None:
    ada, absent = shell.ids("members")["Ada Aberg"], shell.ids("challenges")[ABSENT]
    peers = shell.json("recommend", absent, "--kind", "peers")[0]["recommendation"]
    for words in (
        ["show", "members"],
        ["tail"],
        ["recommend", absent, "--kind", "peers"],  # every text has its vector already
        ["explain", peers],
        ["post", "--author", ada, "--title", "Desks in rows"],
        ["rebuild", "--help"],
        ["export", str(shell.folder / "out")],
    ):
        found = loaded(RUNS.format(words), **shell.environment)
        assert "eventsourcing" in found
        assert not HEAVY & found, words
