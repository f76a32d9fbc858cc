"""What can go wrong in a tenant's world; every error carries the fields a caller needs to answer it."""

from uuid import UUID


class TenantsError(Exception):
    """Base of all errors raised by `huifang_tenants`."""


class NoScope(TenantsError):
    """A tenant's table was queried outside a scope; nothing was sent to the database."""

    def __init__(self) -> None:
        super().__init__("no tenant scope is open here: wrap the query in `async with scope(db, tenant)`")


class NestedScope(TenantsError):
    """A second database transaction was asked for while one is open in the same flow."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"{holder} is still open here: a second connection could starve the pool and mix tenants; "
            "use the open one, or leave it first"
        )
        self.holder = holder


class SharedScope(TenantsError):
    """A scope was used by a task other than the one that opened it."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"{holder} belongs to the task that opened it: one connection can't serve gathered tasks; run the "
            "queries one after the other (and use asyncio.timeout, as asyncio.wait_for starts a task of its own)"
        )
        self.holder = holder


class ScopeAborted(TenantsError):
    """The transaction had already failed when it was to be committed: nothing was saved."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"{holder} was rolled back: a query in it had failed and the error was swallowed; "
            "use `savepoint()` around what may fail"
        )
        self.holder = holder


class DatabaseBusy(TenantsError):
    """No connection came free in time.

    `waited` is in seconds.
    """

    def __init__(self, waited: float) -> None:
        super().__init__(f"no database connection came free within {waited:g} s")
        self.waited = waited


class IllegalName(TenantsError):
    """A schema, role or savepoint name does not have the strict form; `name` is what was given."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"not a {kind} name: {name!r}")
        self.kind = kind
        self.name = name


class UnknownTenant(TenantsError):
    """No tenant has this id or slug in this cell."""

    def __init__(self, key: UUID | str) -> None:
        super().__init__(f"no tenant {str(key)!r} in this cell")
        self.key = key


class TenantNotActive(TenantsError):
    """The tenant may not be written to now; `state` says why."""

    def __init__(self, slug: str, state: str) -> None:
        super().__init__(f"tenant {slug!r} is {state}: it can be read, not changed")
        self.slug = slug
        self.state = state


class TenantExists(TenantsError):
    """The slug is taken."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"a tenant {slug!r} exists already: choose another slug")
        self.slug = slug


class IllegalSlug(TenantsError):
    """The slug does not have the form `^[a-z][a-z0-9-]{1,30}$`."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"{slug!r} can't be a tenant's slug: 2 to 31 of a-z, 0-9 and '-', starting with a letter"
        )
        self.slug = slug


class NoTestClock(TenantsError):
    """The tenant runs on the wall clock; only sandbox tenants have a clock that can be set."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"tenant {slug!r} is no sandbox: its clock is the wall clock")
        self.slug = slug


class ClockGoesBack(TenantsError):
    """A test clock only goes forward; `clock_at` is where it stands, ISO 8601."""

    def __init__(self, slug: str, clock_at: str) -> None:
        super().__init__(f"the clock of {slug!r} stands at {clock_at} and only goes forward")
        self.slug = slug
        self.clock_at = clock_at


class KeyFileError(TenantsError):
    """The master key file is missing, readable by others, or not what it should be."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"key file {path}: {problem}")
        self.path = path


class WrongKey(TenantsError):
    """A ciphertext does not open: another key, another place (row, column, context), or changed bytes."""


class KeyDestroyed(TenantsError):
    """The tenant's data key is gone; its personal data can't be read any more."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"the data key of tenant {slug!r} has been destroyed")
        self.slug = slug


class MigrationError(TenantsError):
    """A migration can't be run; `schema` and `step` say where (`step` is empty before the first)."""

    def __init__(self, schema: str, step: str, problem: str) -> None:
        super().__init__(f"{schema}: {step or 'no step'}: {problem}")
        self.schema = schema
        self.step = step
        self.problem = problem


class PreparationError(TenantsError):
    """The database can't be prepared for Huifang with the rights the admin connection has."""
