"""The one place where the environment is read: once, by `load_settings`, never at import."""

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from huifang_api.urls import HIDDEN, redact_url

LOG_LEVELS = ("debug", "info", "warning", "error")
_PREFIX = "HUIFANG_"
_DATABASE_SCHEMES = ("postgresql", "postgres")
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_STORE_SCHEMES = ("file", "s3", "gs", "az")
# `0.0.0.0` is where a server listens, not where a browser goes.
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class SettingsError(Exception):
    """A variable of the environment can't be used: `variable` names it, `problem` says why, `fix` what to write."""

    def __init__(self, variable: str, problem: str, fix: str) -> None:
        super().__init__(variable, problem, fix)
        self.variable = variable
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.variable}: {self.problem}\nFix: {self.fix}"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this installation runs. Printing it, by `repr` too, shows no password."""

    home: Path
    """HUIFANG_HOME (default `~/.huifang`): what the product keeps on this machine."""

    database_url: str | None
    """HUIFANG_DATABASE_URL: the PostgreSQL to use; None for the embedded one."""

    redis_url: str | None
    """HUIFANG_REDIS_URL: the Redis or Valkey to use; None for the embedded one."""

    store_url: str
    """HUIFANG_STORE_URL (default `file://<home>/store`): where recordings and scans are kept."""

    keys_file: Path
    """HUIFANG_KEYS (default `<home>/keys.json`): the file of master keys. Losing it loses all personal data."""

    plugins_file: Path | None
    """HUIFANG_PLUGINS: the file that pins the plugins to be loaded, by version and hash; None: every installed one is."""

    host: str
    """HUIFANG_HOST (default 127.0.0.1): the address to listen on."""

    port: int
    """HUIFANG_PORT (default 8080): the TCP port to listen on."""

    issuer: str
    """HUIFANG_ISSUER (default `http://<host>:<port>`): the public address, as it stands in tokens and links."""

    web_workers: int
    """HUIFANG_WEB_WORKERS (default 1): processes that answer HTTP."""

    pool_size: int
    """HUIFANG_POOL_SIZE (default 10): database connections that each process keeps at most."""

    log_level: str
    """HUIFANG_LOG_LEVEL (default info): debug, info, warning or error."""

    @property
    def log_directory(self) -> Path:
        """Where the processes started by this product write."""
        return self.home / "log"

    def redacted(self) -> dict[str, str | int | None]:
        """Every setting by name in a form that may be shown and logged: passwords replaced by `***`."""
        shown: dict[str, str | int | None] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and name.endswith("_url"):
                value = redact_url(value)
            shown[name] = str(value) if isinstance(value, Path) else value
        return shown

    def environ(self) -> dict[str, str]:
        """The variables from which `load_settings` makes these settings again, for a child process. Holds secrets."""
        values = {_VARIABLES[name]: getattr(self, name) for name in self.__struct_fields__}
        return {variable: str(value) for variable, value in values.items() if value is not None}

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.redacted().items())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return list(self.redacted().items())


_VARIABLES = {
    "home": "HUIFANG_HOME",
    "database_url": "HUIFANG_DATABASE_URL",
    "redis_url": "HUIFANG_REDIS_URL",
    "store_url": "HUIFANG_STORE_URL",
    "keys_file": "HUIFANG_KEYS",
    "plugins_file": "HUIFANG_PLUGINS",
    "host": "HUIFANG_HOST",
    "port": "HUIFANG_PORT",
    "issuer": "HUIFANG_ISSUER",
    "web_workers": "HUIFANG_WEB_WORKERS",
    "pool_size": "HUIFANG_POOL_SIZE",
    "log_level": "HUIFANG_LOG_LEVEL",
}


def load_settings(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment; `home` goes before HUIFANG_HOME. An empty variable counts as not set.

    Raises:
        SettingsError: for the first variable that can't be used, or whose name looks like a misspelt one.
    """
    _refuse_misspelt(environ)

    def text(name: str) -> str | None:
        return environ.get(_VARIABLES[name], "").strip() or None

    folder = _path(str(home) if home else text("home") or "~/.huifang", environ)
    host = _host(text("host") or "127.0.0.1")
    port = _number("port", text("port"), default=8080, least=1, most=65535)
    keys, plugins = text("keys_file"), text("plugins_file")
    return Settings(
        home=folder,
        database_url=_checked(_database_fault, "database_url", text("database_url")),
        redis_url=_checked(_redis_fault, "redis_url", text("redis_url")),
        store_url=_checked(_store_fault, "store_url", text("store_url")) or (folder / "store").as_uri(),
        keys_file=_path(keys, environ) if keys else folder / "keys.json",
        plugins_file=_path(plugins, environ) if plugins else None,
        host=host,
        port=port,
        issuer=_issuer(text("issuer")) or _default_issuer(host, port),
        web_workers=_number("web_workers", text("web_workers"), default=1, least=1, most=64),
        pool_size=_number("pool_size", text("pool_size"), default=10, least=2, most=1000),
        log_level=_log_level(text("log_level") or "info"),
    )


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    """A misspelt HUIFANG_DATABASE_URL would start the embedded database without a word."""
    known = {variable.removeprefix(_PREFIX): variable for variable in _VARIABLES.values()}
    for name in sorted(environ):
        word = name.removeprefix(_PREFIX)
        if name.startswith(_PREFIX) and word not in known:
            close = difflib.get_close_matches(word, known, n=1, cutoff=0.8)
            if close:
                raise SettingsError(
                    name, "there is no such setting.", f"did you mean {known[close[0]]}? Else unset it"
                )


def _path(value: str, environ: Mapping[str, str]) -> Path:
    if value == "~" or value.startswith("~/"):
        value = (environ.get("HOME") or str(Path.home())) + value[1:]
    return Path(value).absolute()


def _number(name: str, value: str | None, *, default: int, least: int, most: int) -> int:
    if value is None:
        return default
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    if number is None or not least <= number <= most:
        fix = f"set it to a whole number from {least} to {most}, or unset it for {default}"
        if value.startswith(("tcp://", "udp://")):
            fix = "Kubernetes sets it for a Service of that name: `enableServiceLinks: false` in the pod, or set it there"
        raise SettingsError(_VARIABLES[name], f"{value!r} is not usable.", fix)
    return number


def _host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value.strip("[]")))
    except ValueError:
        if _HOST_NAME.fullmatch(value):
            return value
    raise SettingsError(
        _VARIABLES["host"],
        f"{value!r} is no host.",
        "write an IP address or a host name alone; the port goes into HUIFANG_PORT",
    )


def _log_level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise SettingsError(
            _VARIABLES["log_level"], f"{value!r} is no level.", f"one of {', '.join(LOG_LEVELS)}"
        )
    return value.lower()


def _checked(fault: Callable[[str], str | None], name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        found = fault(value)
        # urlsplit reads the port only when asked for it.
        port_readable = urlsplit(value).port != 0
    except ValueError:
        found, port_readable = None, False
    if found is None and port_readable:
        return value
    shown = redact_url(value)
    said = "it" if shown == HIDDEN else shown
    raise SettingsError(
        _VARIABLES[name], f"{said} is not usable.", found or "write a whole address with a valid port"
    )


def _database_fault(value: str) -> str | None:
    if urlsplit(value).scheme in _DATABASE_SCHEMES:
        return None
    return "write postgresql://user:password@server:5432/database, or unset it for the embedded PostgreSQL"


def _redis_fault(value: str) -> str | None:
    parts = urlsplit(value)
    path_needed = parts.scheme == "unix"
    if parts.scheme in _REDIS_SCHEMES and (parts.path.startswith("/") if path_needed else parts.hostname):
        return None
    return "write redis://server:6379/0, rediss://… for TLS or unix:///path?db=0, or unset it for the embedded Valkey"


def _store_fault(value: str) -> str | None:
    parts = urlsplit(value)
    local = parts.scheme == "file"
    if parts.scheme in _STORE_SCHEMES and (
        not parts.netloc and len(parts.path) > 1 if local else parts.netloc
    ):
        return None
    return "write file:///an/absolute/folder, s3://bucket/prefix, gs://… or az://…, or unset it for the home's own"


def _issuer(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise SettingsError(
            _VARIABLES["issuer"],
            f"{redact_url(value)} is no public address.",
            "write https://callbacks.example.org, without query and fragment",
        )
    return value.rstrip("/")


def _default_issuer(host: str, port: int) -> str:
    reachable = _EVERY_ADDRESS.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
