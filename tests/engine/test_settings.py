"""Settings: environment over file over defaults, and what cannot be used is refused with its place."""

from pathlib import Path

import pytest

from domain.refusals import BadFile, Malformed
from engine.settings import CONFIG, SETTINGS, Settings, effective, nearest, read_settings, strangers

ROOT = Path(__file__).parents[2]
HOME = Path("~/.config/confrere/master.key").expanduser()
GIVEN = {  # text, and what it means
    "data": ("/srv/data", Path("/srv/data")),
    "master_key": ("~/key", Path("~/key").expanduser()),
    "model": ("/srv/model", Path("/srv/model")),
    "threads": ("8", 8),
    "host": ("::1", "::1"),
    "port": ("0", 0),
    "public_url": ("https://confrere.example.org/", "https://confrere.example.org"),
    "allowed_hosts": ("confrere.example.org, *.example.com", ("confrere.example.org", "*.example.com")),
    "trusted_proxies": ("10.0.0.0/8, ::1", ("10.0.0.0/8", "::1/128")),
    "pool": ("4", 4),
    "rate_limit": ("60", 60),
    "body_limit": ("2000", 2000),
    "page_size": ("10", 10),
    "page_limit": ("20", 20),
    "metrics": ("nobody", "nobody"),
    "log_level": ("warning", "warning"),
    "log_format": ("text", "text"),
    "checkpoints": ("/mnt/far", Path("/mnt/far")),
    "checkpoint_after": ("5", 5),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.toml"


def test_the_defaults_of_the_table_are_those_of_the_settings() -> None:
    assert read_settings({}) == Settings(data=Path("confrere-data"), master_key=HOME)


def test_every_setting_is_read_from_the_environment() -> None:
    assert list(GIVEN) == [each.field for each in SETTINGS] == list(Settings.__struct_fields__)
    found = read_settings({f"CONFRERE_{field.upper()}": text for field, (text, _) in GIVEN.items()})
    assert found == Settings(**{field: value for field, (_, value) in GIVEN.items()})


def test_every_setting_is_read_from_a_file(file: Path) -> None:
    file.write_text("\n".join(f'{field} = "{text}"' for field, (text, _) in GIVEN.items()))
    assert read_settings({CONFIG: str(file)}) == Settings(**{field: value for field, (_, value) in GIVEN.items()})


def test_a_file_may_say_numbers_and_lists(file: Path) -> None:
    file.write_text('port = 9000\nallowed_hosts = ["a.example", "b.example"]')
    found = read_settings({CONFIG: str(file)})
    assert (found.port, found.allowed_hosts) == (9000, ("a.example", "b.example"))


def test_the_environment_comes_before_the_file_and_each_value_tells_where_it_is_from(file: Path) -> None:
    file.write_text("port = 9000\npool = 3")
    told = {each.name: each for each in effective({CONFIG: str(file), "CONFRERE_PORT": "9001"})}
    assert (told["CONFRERE_PORT"].value, told["CONFRERE_PORT"].source) == ("9001", "environment")
    assert (told["CONFRERE_POOL"].value, told["CONFRERE_POOL"].source) == ("3", str(file))
    assert (told["CONFRERE_HOST"].value, told["CONFRERE_HOST"].source) == ("127.0.0.1", "default")


def test_a_file_in_the_working_directory_is_read_without_being_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings({}).port == 8000
    (tmp_path / "confrere.toml").write_text("port = 9000")
    assert read_settings({}).port == 9000
    (tmp_path / "other.toml").write_text("port = 9002")
    assert read_settings({CONFIG: "other.toml"}).port == 9002


def test_an_empty_value_counts_as_left_out(file: Path) -> None:
    file.write_text('port = 9000\nmodel = ""')
    found = read_settings({CONFIG: str(file), "CONFRERE_PORT": "", "CONFRERE_MODEL": ""})
    assert (found.port, found.model) == (9000, None)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("threads", text) for text in ("0", "65", "-1", "two", "²", "9" * 5000, "1.5", " 2")),
        ("port", "65536"),
        ("host", "two words"),
        ("public_url", "confrere.example.org"),
        ("public_url", "https://x.example/?q=1"),
        ("allowed_hosts", "a,,b"),
        ("trusted_proxies", "*"),  # then anybody might say they come from this machine
        ("rate_limit", "0"),
        ("log_level", "loud"),
        ("metrics", "yes"),
        ("page_size", "201"),  # more than CONFRERE_PAGE_LIMIT
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(field: str, text: str) -> None:
    name = f"CONFRERE_{field.upper()}"
    with pytest.raises(Malformed) as no:
        read_settings({name: text})
    assert no.value.field == name
    assert no.value.remedy


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('prot = "8000"', "port"),
        ("CONFRERE_PORT = 8000", "port"),
        ("port = 80.5", "a text, a whole number"),
        ("port = true", "a text, a whole number"),
        ("allowed_hosts = [1]", "a text, a whole number"),
        ("[server]\nport = 8000", "no such setting"),
        ("threads = 65", "from 1 to 64"),
        ('data = "a\\u0000b"', "a path"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_with_its_place(file: Path, line: str, words: str) -> None:
    file.write_text(line)
    with pytest.raises(Malformed, match=words) as no:
        read_settings({CONFIG: str(file)})
    assert str(no.value.field).startswith(f"{file}: ")


@pytest.mark.parametrize("content", [b"port: 8000", b"port = '\xff'", None])
def test_a_file_that_cannot_be_read_is_refused(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadFile) as no:
        read_settings({CONFIG: str(file)})
    assert no.value.field == str(file)


def test_a_slip_of_the_pen_in_the_environment_is_found() -> None:
    assert strangers({"CONFRERE_PROT": "1", "CONFRERE_PORT": "1", CONFIG: "x", "PATH": "y"}) == ("CONFRERE_PROT",)


@pytest.mark.parametrize("name", ["CONFRERE_PROT", "prot", "Confrere_Ports"])
def test_the_nearest_setting_is_found_however_the_name_is_spelt(name: str) -> None:
    assert nearest(name) == "port"


def test_every_setting_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for each in SETTINGS:
        default = f"`{each.default}`" if each.default else ""
        assert f"| `{each.name}` | {each.meaning} | {default} |" in page
    assert page.count("| `CONFRERE_") == len(SETTINGS)
