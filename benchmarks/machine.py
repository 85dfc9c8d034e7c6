"""What the figures were taken on, without its name, and how busy it was before."""

import os
import platform
import re
import sqlite3
from pathlib import Path
from typing import Final

_ABOUT: Final = Path("/proc/cpuinfo")


def described() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "CPU": f"{_cpu()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{memory / 2**30:.0f} GiB",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()}",
        "load average at the beginning": f"{os.getloadavg()[0]:.2f}",
    }


def resident(what: str = "VmRSS") -> int:
    """Bytes of this process now, or at its largest (VmHWM).

    getrusage would not do: its figure begins with that of the process which started this one.
    """
    found = re.search(rf"^{what}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def _cpu() -> str:
    lines = _ABOUT.read_text().splitlines() if _ABOUT.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
