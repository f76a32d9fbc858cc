"""Where a server's files may live, and as whom it runs: PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import re
import stat
from pathlib import Path

import msgspec

from huifang_api.embedded.errors import EmbeddedServerError

OUTSIDE = Path("/var/lib/huifang")
# sun_path holds 108 bytes with its closing NUL.
_LONGEST_SOCKET = 107
# arq reads a unix:// address without unquoting it, redis-py and asyncpg unquote: only paths that need no quoting do.
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")


class Account(msgspec.Struct, frozen=True):
    """The system account a server runs as when that is not ourselves."""

    name: str
    uid: int
    gid: int


def make_home(home: Path) -> None:
    """Create the home when missing: for its owner only, or, made by root, passable so that `nobody` reaches its part.

    Raises:
        OSError: when it can't be created.
    """
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)


def account_for(data: Path) -> Account | None:
    """As whom the server of this data directory has to run: None for ourselves, which is so unless we are root.

    As root it is the owner of the data where there is any (a home that an ordinary user made), else `nobody`.

    Raises:
        EmbeddedServerError: when the account doesn't exist, or the data belongs to somebody else and we aren't root.
    """
    owner = data.stat().st_uid if data.is_dir() else None
    us = os.geteuid()
    if us != 0:
        if owner not in (None, us):
            raise EmbeddedServerError(
                f"The data in {data} belongs to user id {owner}, not to us (user id {us}).",
                fix="run as that user or as root, or choose another --home",
            )
        return None
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedServerError(
            f"PostgreSQL refuses to run as root, and there is no account for {owner or 'nobody'!r} to run it as.",
            fix="run huifang as an ordinary user, or create the account",
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def first_barrier(path: Path, account: Account) -> Path | None:
    """The first directory on the way to `path`, itself included, that the account may not pass; None if there is none.

    Judged by mode bits alone: where an access list grants more, the answer is merely cautious.
    """
    resolved = path.resolve()
    for directory in (*reversed(resolved.parents), resolved):
        if not _may(directory, account, stat.S_IXUSR, stat.S_IXGRP, stat.S_IXOTH):
            return directory
    return None


def may_read(file: Path, account: Account) -> bool:
    """Whether the account may reach and read a file."""
    reachable = first_barrier(file.parent, account) is None
    return reachable and _may(file, account, stat.S_IRUSR, stat.S_IRGRP, stat.S_IROTH)


def place_for(home: Path) -> Path:
    """The directory that holds PostgreSQL's cluster, without creating it.

    That is `<home>/postgres`; or, where root has a home that `nobody` can't enter (such as /root/.huifang),
    `/var/lib/huifang/<hash of the home>`, which is then written down in `<home>/postgres.place`.

    Raises:
        EmbeddedServerError: when data is there, but its owner can no longer reach it.
        OSError: when the record can't be read or written.
    """
    inside = home / "postgres"
    record = home / "postgres.place"
    if record.exists():
        return Path(record.read_text().strip())
    account = account_for(inside / "data")
    if account is None:
        return inside
    barrier = first_barrier(home, account)
    if barrier is None:
        return inside
    if (inside / "data").exists():
        raise EmbeddedServerError(
            f"User {account.name!r}, who owns the data in {inside}, may not pass {barrier}.",
            fix=f"chmod o+x {barrier}, or choose another --home",
        )
    outside = _unused(OUTSIDE / short_hash(home))
    # The record comes first: a run that is killed in between leaves a name, not an unknown cluster.
    record.write_text(f"{outside}\n")
    return outside


def socket_directory(wanted: Path, socket_name: str, account: Account | None) -> Path:
    """A directory (mode 0700, the account's own) for a socket of this name: `wanted`, or a short one under /tmp.

    A socket's path may be 107 bytes long; and a path that would need quoting in an address isn't used either.

    Raises:
        EmbeddedServerError: when the short directory is there, but isn't ours.
        OSError: when it can't be created.
    """
    uid = account.uid if account else os.geteuid()
    if not _fits(wanted / socket_name):
        wanted = Path("/tmp", f"huifang-{uid}-{short_hash(wanted)}")  # noqa: S108 - owner and mode are checked below
    make_private(wanted, account)
    found = wanted.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise EmbeddedServerError(
            f"The socket directory {wanted} should be a directory of user id {uid} with mode 0700, and isn't.",
            fix=f"remove {wanted}, or choose a shorter --home",
        )
    return wanted


def make_private(directory: Path, account: Account | None) -> None:
    """Create a directory, mode 0700, for the account; one that is there already stays as it is.

    Raises:
        OSError: when it can't be created.
    """
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return
    if account is not None:
        os.chown(directory, account.uid, account.gid, follow_symlinks=False)


def short_hash(path: Path) -> str:
    """Twelve hex digits that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _fits(socket: Path) -> bool:
    return len(os.fsencode(socket)) <= _LONGEST_SOCKET and _PLAIN.fullmatch(str(socket)) is not None


def _unused(wanted: Path) -> Path:
    """`wanted`, or with a number when taken: a home that was deleted must not come back to life with its old data."""
    candidate, number = wanted, 2
    while candidate.exists():
        candidate, number = wanted.with_name(f"{wanted.name}-{number}"), number + 1
    return candidate


def _may(path: Path, account: Account, user: int, group: int, other: int) -> bool:
    found = path.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & user)
    if found.st_gid == account.gid:
        return bool(found.st_mode & group)
    return bool(found.st_mode & other)
