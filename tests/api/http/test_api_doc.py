"""The walk through the API in docs/api.md, which docs/coaching.md goes on with, is walked against a real server."""

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from socket import create_server

import pytest

DOCS = Path(__file__).parents[3] / "docs"
END = "trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT\n"


def _free_port() -> int:
    """One that nobody is given who asks for any: it is not kept until the walk takes it."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with suppress(OSError), create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


@pytest.mark.slow
def test_the_walk_in_the_docs_leads_to_its_end(tmp_path: Path) -> None:
    walk = "".join((DOCS / name).read_text() for name in ("api.md", "coaching.md"))
    blocks = re.findall(r"^```sh\n(.*?)^```$", walk, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 13
    port = _free_port()
    script = "set -euo pipefail\n" + END + "".join(blocks).replace("8000", str(port)) + "\necho arrived\n"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONFRERE_")}
    environment |= {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.endswith("arrived\n"), done.stdout[-3000:] + done.stderr[-3000:]
