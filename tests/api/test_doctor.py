"""`huifang doctor` finds each common fault, says what was seen, and what to do about it."""

import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from huifang_api.cli import doctor
from huifang_api.cli.doctor import Finding, examine
from huifang_api.settings import Settings, SettingsError, load_settings
from huifang_core.workdays import WorkingCalendar
from huifang_tenants import evidence_store
from huifang_tenants.keys import MasterKeys
from huifang_tenants.migrate import TENANT_STEPS
from huifang_tenants.provisioning import create_tenant, prepare_database, runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Database, scope

from .listening import listening, refusing, silent


@pytest.fixture
async def sound(settings_for: Callable[[str], Settings], fresh_database: Callable[..., str]) -> Settings:
    """An installation with one tenant in which nothing is wrong but that no API runs."""
    settings = settings_for(fresh_database())
    assert settings.database_url is not None
    keys = MasterKeys.load(settings.keys_file)
    await prepare_database(settings.database_url, keys)
    await create_tenant(settings.database_url, keys, "only", "某保险")
    return settings


async def found(settings: Settings, check: str) -> Finding:
    """What is said of one thing; where several things are, the worst."""
    order = {"ok": 0, "warning": 1, "fault": 2}
    findings = [one for one in await examine(settings) if one.check == check]
    return max(findings, key=lambda one: order[one.state])


def told(finding: Finding, state: str, seen: str, fix: str) -> None:
    assert finding.state == state, finding
    assert seen in finding.seen
    assert fix in finding.fix


async def test_of_a_sound_installation_only_the_api_that_does_not_run_is_told(sound: Settings) -> None:
    findings = await examine(sound)
    assert [one.check for one in findings if one.state == "fault"] == []
    checks = [
        "disk", "master keys", "evidence store", "Redis", "API", "PostgreSQL", "clock", "tenants", "plugins",
        "plugins of tenants", "calendar", "jobs",
    ]  # fmt: skip
    assert list(dict.fromkeys(one.check for one in findings)) == checks
    told(await found(sound, "API"), "warning", "nothing answers", "huifang up")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HUIFANG_DATABASE_URL", "mysql://u:geheim@db/x"),
        ("HUIFANG_REDIS_URL", "http://cache"),
        ("HUIFANG_DATABSE_URL", "postgresql://db/x"),
    ],
)
def test_a_wrong_address_is_refused_with_its_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(tmp_path, {variable: value})
    assert str(refused.value).startswith(variable)
    assert "geheim" not in str(refused.value)


async def test_a_wrong_password_and_a_redis_that_is_down_are_both_told(sound: Settings) -> None:
    async with listening(silent) as closed:
        pass
    async with listening(refusing("28P01", "x")) as port:
        broken = msgspec.structs.replace(
            sound,
            database_url=f"postgresql://u:geheim@127.0.0.1:{port}/x",
            redis_url=f"redis://:geheim@127.0.0.1:{closed}/0",
        )
        findings = {one.check: one for one in await examine(broken)}
    told(findings["PostgreSQL"], "fault", f"127.0.0.1:{port} refuses the password", "HUIFANG_DATABASE_URL")
    told(findings["Redis"], "fault", f"127.0.0.1:{closed} can't be reached", "HUIFANG_REDIS_URL")
    assert "geheim" not in repr(findings)
    assert "tenants" not in findings, "what hangs on the database is left out"


async def test_a_database_that_was_never_prepared_is_told(
    settings_for: Callable[[str], Settings], fresh_database: Callable[..., str]
) -> None:
    told(await found(settings_for(fresh_database()), "tenants"), "fault", "never prepared", "huifang up")


async def test_a_tenant_that_is_behind_is_named_with_the_step_it_is_at(
    settings_for: Callable[[str], Settings], fresh_database: Callable[..., str], tmp_path: Path
) -> None:
    settings = settings_for(fresh_database())
    assert settings.database_url is not None
    keys = MasterKeys.load(settings.keys_file)
    await prepare_database(settings.database_url, keys)
    first = TENANT_STEPS / "0001_tenant.sql"
    (tmp_path / first.name).write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    await create_tenant(settings.database_url, keys, "old", "某保险", directory=tmp_path)
    told(await found(settings, "tenants"), "fault", "old (at 0001_tenant)", "huifang tenant migrate")


async def test_a_tenant_whose_migration_failed_is_named_with_the_reason(sound: Settings) -> None:
    await as_admin(sound, "UPDATE control.tenant_migration SET state = 'failed', error = 'lock timeout'")
    told(await found(sound, "tenants"), "fault", "only (lock timeout)", "huifang tenant migrate")


async def test_a_plugin_that_a_tenant_uses_and_nobody_installed_is_named(sound: Settings) -> None:
    assert sound.database_url is not None
    keys = MasterKeys.load(sound.keys_file)
    async with Database(runtime_url(sound.database_url, keys), max_connections=1) as db:
        tenant = await TenantRegistry(db, keys).by_slug("only")
        async with scope(db, tenant) as opened:
            await opened.connection.execute(
                "INSERT INTO plugin_setting (plugin, version, enabled, settings, parameters, valid_from, changed_by, changed_at)"
                " VALUES ('gone', 1, true, '{}', '{}', '2026-01-01', 'test:setup', now())"
            )
    told(await found(sound, "plugins of tenants"), "fault", "gone, switched on in only", "install a release")


async def test_a_plugin_that_is_broken_is_named_with_the_reason(
    sound: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('not today')\n")
    papers = tmp_path / "broken_plugin-1.0.dist-info"
    papers.mkdir()
    (papers / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n")
    (papers / "entry_points.txt").write_text("[huifang.plugins]\nbroken = broken_plugin\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    told(await found(sound, "plugins"), "fault", "not today", "install a fitting release")


async def test_an_evidence_folder_that_can_t_be_written_to_is_told(
    sound: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    broken = msgspec.structs.replace(sound, store_url=(tmp_path / "file" / "store").as_uri())
    told(await found(broken, "evidence store"), "fault", "is no folder", "HUIFANG_STORE_URL")
    fresh = msgspec.structs.replace(sound, store_url=(tmp_path / "to" / "be" / "made").as_uri())
    assert (await found(fresh, "evidence store")).state == "ok"
    assert not (tmp_path / "to").exists(), "nothing is made by looking"
    # As any account but root has it with a folder of others.
    monkeypatch.setattr(evidence_store.os, "access", lambda *_: False)
    told(
        await found(fresh, "evidence store"), "fault", f"{tmp_path} can't be written to", "HUIFANG_STORE_URL"
    )


async def test_a_disk_that_is_full_is_told(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_DISK", 1 << 60)
    told(await found(sound, "disk"), "fault", "GiB free", "HUIFANG_HOME")


async def test_keys_that_others_may_read_are_told(sound: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "keys.json"
    copy.write_bytes(sound.keys_file.read_bytes())
    copy.chmod(stat.S_IRUSR | stat.S_IROTH)
    broken = msgspec.structs.replace(sound, keys_file=copy)
    told(await found(broken, "master keys"), "fault", "can be read by others", f"chmod 600 {copy}")


async def test_other_keys_than_the_tenants_were_made_with_are_told(sound: Settings, tmp_path: Path) -> None:
    MasterKeys.create(tmp_path / "keys.json")
    broken = msgspec.structs.replace(sound, keys_file=tmp_path / "keys.json")
    told(await found(broken, "master keys"), "fault", "other master keys", "HUIFANG_KEYS")


async def test_clocks_that_are_apart_are_told(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "wall_now", lambda: datetime.now(UTC) - timedelta(hours=8))
    told(await found(sound, "clock"), "fault", "28800 s away", "NTP")


@pytest.mark.parametrize(
    ("day", "state"), [((2019, 6, 1), "ok"), ((2019, 12, 20), "warning"), ((2020, 1, 1), "fault")]
)
async def test_a_calendar_beyond_the_last_announced_year_is_told(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, day: tuple[int, int, int], state: str
) -> None:
    known = WorkingCalendar.is_announced
    monkeypatch.setattr(WorkingCalendar, "is_announced", lambda self, year: year < 2020 and known(self, year))
    monkeypatch.setattr(doctor, "wall_now", lambda: datetime(*day, 4, tzinfo=UTC))
    finding = await found(sound, "calendar")
    assert finding.state == state
    if state != "ok":
        told(finding, state, "holidays of 2020", "huifang calendar announce 2020")


async def test_jobs_that_nobody_does_are_told(sound: Settings) -> None:
    await as_admin(
        sound,
        "INSERT INTO control.jobs (tenant_id, kind, run_at) SELECT id, 'tick', now() - interval '1 hour' FROM control.tenant",
    )
    told(await found(sound, "jobs"), "fault", "the oldest has waited 36", "huifang up")


async def as_admin(settings: Settings, statement: str) -> None:
    connection: Any = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
