"""An installation of its own for the commands: embedded servers in a temporary home."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from huifang_api.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[3]


class Ended(msgspec.Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Huifang = Callable[..., Ended]


@pytest.fixture(scope="module")
def huifang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huifang]:
    """Run `huifang …` on an installation whose PostgreSQL runs throughout the module."""
    home = tmp_path_factory.mktemp("home")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUIFANG_")}
    environ["HUIFANG_HOME"] = str(home)

    def run(*arguments: str, cwd: Path = ROOT) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "huifang_api", *arguments],
            env=environ,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    with EmbeddedPostgres(home):
        yield run
