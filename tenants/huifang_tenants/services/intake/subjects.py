"""Reading contracts as the rules and plans see them, without taking anything in."""

from collections.abc import Iterable, Mapping

import msgspec
from huifang_core.derive import SettingsVersion, Subject

from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.context import Services
from huifang_tenants.services.intake.batch import Batch, ParkReason
from huifang_tenants.services.intake.resolve import Resolution
from huifang_tenants.services.intake.snapshot import Snapshot, read_snapshot
from huifang_tenants.tenant import Tenant


class Subjects(msgspec.Struct, frozen=True):
    """Contracts as they stand with all their events, the settings in force, and why the others can't be looked at."""

    subjects: tuple[Subject, ...]
    settings: tuple[SettingsVersion, ...]
    waiting: Mapping[str, ParkReason]


async def read_subjects(services: Services, tenant: Tenant, numbers: Iterable[str]) -> Subjects:
    """Return these contracts, in the order of their numbers."""
    batch = Batch(refresh=tuple(numbers))

    async def read(scope: Scope) -> tuple[Snapshot, Resolution]:
        snapshot = await read_snapshot(scope, batch)
        return snapshot, Resolution(snapshot, scope.cipher, scope.now, batch)

    snapshot, resolution = await in_scope(services.db, tenant, read, read_only=True)
    ready, waiting = resolution.subjects()
    return Subjects(tuple(subject for _, subject in ready), snapshot.settings, waiting)
