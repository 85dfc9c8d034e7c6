"""All that is held of one member, at the command line."""

import json
import stat

from tests.api.shell import Shell

ADA = "Ada Aberg"


def test_my_data_writes_a_page_and_the_same_for_programs(shell: Shell) -> None:
    folder = shell.folder / "for-ada"
    shell.run("my-data", shell.ids("members")[ADA], "--to", folder)
    told = json.loads((folder / "my-data.json").read_text(encoding="utf-8"))
    assert any(ADA in each["own_words"].values() for each in told["held"])
    assert f"<blockquote>{ADA}</blockquote>" in (folder / "my-data.html").read_text(encoding="utf-8")
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_my_data_of_nobody_is_refused_and_nothing_is_written(shell: Shell) -> None:
    folder = shell.folder / "for-nobody"
    assert "there is no such member" in shell.refused("my-data", "member-ffffffff", "--to", folder)
    assert not folder.exists()
