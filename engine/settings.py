"""Settings: environment over file over defaults, each setting one row of one table."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import Struct

from domain.refusals import BadFile, Malformed

T = TypeVar("T")

CONFIG: Final = "CONFRERE_CONFIG"
SHARED: Final = "CONFRERE_SHARED"  # where evaluation and tests find their data: no setting of the system, and no slip
FILE: Final = Path("confrere.toml")  # read when it lies in the working directory and no other is named

_HOST: Final = re.compile(r"[0-9A-Za-z_.:\-\[\]*]{1,253}")
_URL: Final = re.compile(r"https?://[0-9A-Za-z_.:\-\[\]]+(/[0-9A-Za-z_.~\-/]*)?")


class Settings(Struct, frozen=True, kw_only=True):
    data: Path
    master_key: Path
    model: Path | None = None
    threads: int = 2
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1/32",)
    pool: int = 2
    rate_limit: int = 600
    body_limit: int = 256_000
    page_size: int = 50
    page_limit: int = 200
    metrics: str = "loopback"
    log_level: str = "info"
    log_format: str = "json"
    checkpoints: Path | None = None
    checkpoint_after: int = 60


class Setting(Struct, frozen=True):
    """One row: `field` is its name in the file; `default` is written as in the environment, empty for none."""

    field: str
    meaning: str
    parse: Callable[[str], object]
    default: str = ""

    @property
    def name(self) -> str:
        return f"CONFRERE_{self.field.upper()}"


class Effective(Struct, frozen=True, kw_only=True):
    """What a setting is, and where that comes from: default, environment, or the file by its name."""

    name: str
    value: str
    source: str
    meaning: str


def _path(text: str) -> Path:
    if "\0" in text:
        raise ValueError("a path is needed")
    return Path(text).expanduser()


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"a number from {least} to {most} is needed")
        return int(text)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)} is needed")
        return text

    return parse


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("a host name or address is needed")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(_host(each.strip()) for each in text.split(","))


def _proxies(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(each.strip(), strict=False)) for each in text.split(","))
    except ValueError:
        raise ValueError("addresses are needed, like 127.0.0.1 or 10.0.0.0/8") from None


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError("an address like https://confrere.example.org is needed")
    return text.rstrip("/")


SETTINGS: Final = (
    Setting("data", "folder of the events, keys, projections and vectors", _path, "confrere-data"),
    Setting("master_key", "file of the master key, outside that folder", _path, "~/.config/confrere/master.key"),
    Setting("model", "folder of another local sentence-transformers model than the packaged one", _path),
    Setting("threads", "threads for encoding texts", _whole(1, 64), "2"),
    Setting("host", "address to serve on", _host, "127.0.0.1"),
    Setting("port", "port to serve on; 0 takes a free one", _whole(0, 65535), "8000"),
    Setting("public_url", "address under which others reach the service", _url),
    Setting("allowed_hosts", "host names that requests may ask for, with commas between; any when left out", _hosts),
    Setting(
        "trusted_proxies", "addresses whose X-Forwarded-For is believed, with commas between", _proxies, "127.0.0.1"
    ),
    Setting("pool", "threads that answer requests", _whole(1, 64), "2"),
    Setting("rate_limit", "requests a minute of one token, or of one address without a token", _whole(1, 10**6), "600"),
    Setting("body_limit", "bytes that the body of a request may have", _whole(1000, 10**8), "256000"),
    Setting("page_size", "items on a page unless the request says how many", _whole(1, 200), "50"),
    Setting("page_limit", "items on a page at most", _whole(1, 200), "200"),
    Setting(
        "metrics", "who may read /metrics: loopback, all or nobody", _one_of("loopback", "all", "nobody"), "loopback"
    ),
    Setting("log_level", "least level that is logged", _one_of("debug", "info", "warning", "error"), "info"),
    Setting("log_format", "json, or text for people", _one_of("json", "text"), "json"),
    Setting(
        "checkpoints",
        "folder to leave signed checkpoints in, best on another machine's disk; in the data if not",
        _path,
    ),
    Setting(
        "checkpoint_after",
        "quiet minutes after which the service signs what is new; 0 for never",
        _whole(0, 10_000),
        "60",
    ),
)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises Malformed for a value or a name that cannot be used, BadFile for a file that cannot."""
    given = _given(environment)
    values: dict[str, Any] = {each.field: _value(each, given[each.field]) for each in SETTINGS}
    if values["page_size"] > values["page_limit"]:
        raise Malformed(
            "this is more than a page may have", field="CONFRERE_PAGE_SIZE", remedy="raise CONFRERE_PAGE_LIMIT"
        )
    return Settings(**values)


def effective(environment: Mapping[str, str] = os.environ) -> tuple[Effective, ...]:
    """Every setting as it is now, in the order of the table. Raises as `read_settings` does."""
    read_settings(environment)
    return tuple(_given(environment).values())


def strangers(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Names in the environment that look like ours and are none, as a slip of the pen would leave them."""
    names = {each.name for each in SETTINGS} | {CONFIG, SHARED}
    return tuple(sorted(each for each in environment if each.startswith("CONFRERE_") and each not in names))


def nearest(name: str) -> str:
    """The field of the setting that a name is most like, however that is spelt."""
    fields = [each.field for each in SETTINGS]
    return get_close_matches(name.lower().removeprefix("confrere_"), fields, n=1, cutoff=0)[0]


def _given(environment: Mapping[str, str]) -> dict[str, Effective]:
    file = Path(environment.get(CONFIG) or FILE)
    found = _read(file) if environment.get(CONFIG) or file.is_file() else {}
    return {each.field: _first(each, environment, file, found) for each in SETTINGS}


def _first(setting: Setting, environment: Mapping[str, str], file: Path, found: Mapping[str, str]) -> Effective:
    """An empty value counts as left out."""
    if value := environment.get(setting.name):
        return Effective(name=setting.name, value=value, source="environment", meaning=setting.meaning)
    if value := found.get(setting.field):
        return Effective(name=setting.name, value=value, source=str(file), meaning=setting.meaning)
    return Effective(name=setting.name, value=setting.default, source="default", meaning=setting.meaning)


def _value(setting: Setting, given: Effective) -> object:
    if not given.value:
        return None if setting.parse in {_path, _url} else ()
    place = setting.name if given.source in {"environment", "default"} else f"{given.source}: {setting.field}"
    try:
        return setting.parse(given.value)
    except ValueError as error:
        raise Malformed(str(error), field=place, remedy=setting.meaning) from None


def _read(file: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadFile("the settings cannot be read", field=str(file), remedy=f"check {CONFIG}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise BadFile(
            "this is not TOML", field=str(file), remedy='write lines like port = 8000 or host = "::1"'
        ) from error
    return {key: _text(f"{file}: {key}", value) for key, value in found.items() if _known(file, key)}


def _known(file: Path, key: str) -> bool:
    if key in {each.field for each in SETTINGS}:
        return True
    raise Malformed("there is no such setting", field=f"{file}: {key[:60]}", remedy=f"the nearest is {nearest(key)}")


def _text(place: str, value: object) -> str:
    match value:
        case bool():
            pass
        case str() | int():
            return str(value)
        case list() if all(isinstance(each, str) for each in value):
            return ",".join(value)
        case _:
            pass
    raise Malformed("a text, a whole number or a list of texts is needed", field=place)
