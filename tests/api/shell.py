"""Somebody at the command line, in a folder of their own."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from api.cli import confrere

SITES = (
    "site,parent,kind,name,state\n"
    "d1,,district,North District,Maine\n"
    "s1,d1,school,Hill School,\n"
    "s2,d1,school,Lake School,\n"
)
MEMBERS = (
    "member,name,role,site,joined_at,level,minutes,period,profile\n"
    "m1,Ada Aberg,teacher,s1,2025-08-18T08:00Z,partner,120,month,\n"
    "m2,Ben Brook,principal,s2,2025-08-18T08:00Z,partner,120,month,I follow up on absences of ninth graders.\n"
    "m3,Cleo Cole,counselor,s2,2025-08-18T08:00Z,,,,\n"
    "m4,Dan Dorn,teacher leader,,2025-08-18T08:00Z,,,,\n"
)
CHALLENGES = (
    "challenge,author,posted_at,title,text,stage\n"
    "c1,m1,2026-01-12T10:00Z,Grade nine attendance fell after winter break,Absences doubled.,exploring\n"
    "c2,m3,2026-01-13T10:00Z,Ninth graders are absent on Mondays,Since winter break every week.,exploring\n"
    "c3,m4,2026-01-14T10:00Z,Counting absences anew each quarter,Attendance of ninth graders.,testing\n"
)
POSTS = (
    "post,challenge,author,to,posted_at,text\np1,c2,m4,,2026-01-15T10:00Z,A call home after the first absence helped.\n"
)
RESOURCES = (
    "resource,contributor,shared_at,title,kind,description\n"
    "r1,,2026-01-10T10:00Z,Raising attendance after winter break,guide,For ninth grade.\n"
    "r2,m2,2026-01-10T10:00Z,Menus for a school kitchen,list,=1+1\n"
)
TABLES = {"sites": SITES, "members": MEMBERS, "challenges": CHALLENGES, "posts": POSTS, "resources": RESOURCES}
NAME = "Hill Network"
ABSENT, MONDAYS, QUARTER = (
    "Grade nine attendance fell after winter break",
    "Ninth graders are absent on Mondays",
    "Counting absences anew each quarter",
)


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "CONFRERE_DATA": str(folder / "data"),
            "CONFRERE_MASTER_KEY": str(folder / "master.key"),
            "CONFRERE_MODEL": "",
            "COLUMNS": "100",
        }

    def run(self, *words: object, code: int = 0, typed: str | None = None, **environment: str) -> Result:
        """What came of it; the exit code has to be this one."""
        told = [str(word) for word in words]
        done = CliRunner().invoke(confrere, told, input=typed, env=self.environment | environment)
        assert done.exit_code == code, (words, done.output, done.exception)
        return done

    def json(self, *words: object) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def refused(self, *words: object, **environment: str) -> str:
        """The words of the refusal; nothing else may be printed, and nothing recorded but who looked."""
        before = self.happened() if self.recorded() else []
        done = self.run(*words, code=1, **environment)
        assert "Traceback" not in done.output
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("Refused: ")
        assert not before or self.happened() == before
        return last.removeprefix("Refused: ")

    def recorded(self) -> bool:
        return (self.folder / "data" / "events.db").exists()

    def history(self) -> list[tuple[Any, ...]]:
        """Every row of the log, as it lies on disk."""
        with closing(sqlite3.connect(self.folder / "data" / "events.db")) as connection:
            return connection.execute("select * from events order by position").fetchall()

    def happened(self) -> list[tuple[Any, ...]]:
        """The same but for who looked."""
        return [each for each in self.history() if not each[3].startswith("access-")]

    def tables(self, **changed: str | bytes | None) -> Path:
        """A folder with the tables, some of them otherwise or left out."""
        folder = self.folder / "tables"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in (TABLES | changed).items():
            if content is not None:
                (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    def ids(self, what: str, network: str = NAME) -> dict[str, str]:
        """By name."""
        return {each["name"]: each["id"] for each in self.json("show", what, "--network", network, "--limit", 1000)}
