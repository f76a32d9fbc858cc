"""Settings: what is read, what is refused, and what is never shown."""

from pathlib import Path

import pytest
from huifang_api.settings import Settings, SettingsError, load_settings
from huifang_api.urls import redact_url

HOME = {"HOME": "/home/li"}


def load(**variables: str) -> Settings:
    return load_settings(environ=HOME | {f"HUIFANG_{name}": value for name, value in variables.items()})


def test_without_variables_everything_is_embedded_under_the_home() -> None:
    settings = load()
    assert settings == Settings(
        home=Path("/home/li/.huifang"),
        database_url=None,
        redis_url=None,
        store_url="file:///home/li/.huifang/store",
        keys_file=Path("/home/li/.huifang/keys.json"),
        plugins_file=None,
        host="127.0.0.1",
        port=8080,
        issuer="http://127.0.0.1:8080",
        web_workers=1,
        pool_size=10,
        log_level="info",
    )
    assert settings.log_directory == Path("/home/li/.huifang/log")


def test_an_argument_goes_before_the_variable() -> None:
    assert load_settings(Path("/srv/a"), {"HUIFANG_HOME": "/srv/b"}).home == Path("/srv/a")
    assert load(HOME="~/b").home == Path("/home/li/b")
    assert load(HOME=" ").home == Path("/home/li/.huifang")


@pytest.mark.parametrize(
    ("host", "issuer"),
    [
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::", "http://[::1]:9000"),
        ("[::1]", "http://[::1]:9000"),
        ("callbacks.example.org", "http://callbacks.example.org:9000"),
    ],
)
def test_the_default_issuer_can_be_visited(host: str, issuer: str) -> None:
    assert load(HOST=host, PORT="9000").issuer == issuer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db/x"),
        ("DATABASE_URL", "db:5432"),
        ("DATABASE_URL", "postgresql://db:port/x"),
        ("DATABASE_URL", "postgresql://[db/x"),
        ("REDIS_URL", "http://cache"),
        ("REDIS_URL", "redis:///0"),
        ("REDIS_URL", "unix:cache.sock"),
        ("STORE_URL", "file://relative/store"),
        ("STORE_URL", "/var/store"),
        ("STORE_URL", "s3:///no-bucket"),
        ("ISSUER", "callbacks.example.org"),
        ("ISSUER", "https://callbacks.example.org/?a=1"),
        ("ISSUER", "https://user:secret@callbacks.example.org"),
        ("HOST", "127.0.0.1:8080"),
        ("HOST", "http://here"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "八千"),
        ("PORT", "+80"),
        ("WEB_WORKERS", "0"),
        ("POOL_SIZE", "1"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_a_fix(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(**{name: value})
    assert caught.value.variable == f"HUIFANG_{name}"
    assert caught.value.fix
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql:///postgres?host=/sock&user=postgres"),
        ("DATABASE_URL", "postgres://u:p@db-1.example.org,db-2.example.org/x"),
        ("REDIS_URL", "rediss://:p@cache:6380/1"),
        ("REDIS_URL", "unix:///run/valkey.sock?db=0"),
        ("STORE_URL", "s3://bucket/prefix"),
        ("ISSUER", "https://callbacks.example.org/huifang"),
    ],
)
def test_a_good_value_stays_as_written(name: str, value: str) -> None:
    assert getattr(load(**{name: value}), name.lower()) == value


def test_the_issuer_has_no_trailing_slash_and_levels_any_case() -> None:
    assert load(ISSUER="https://callbacks.example.org/").issuer == "https://callbacks.example.org"
    assert load(LOG_LEVEL="DEBUG").log_level == "debug"


def test_a_misspelt_variable_is_refused_and_a_strange_one_left_alone() -> None:
    with pytest.raises(SettingsError, match="did you mean HUIFANG_DATABASE_URL"):
        load(DATBASE_URL="postgresql://db/x")
    assert load(SERVICE_PORT="1", PORT_8080_TCP="tcp://10.0.0.1:8080", EXTRA="x").port == 8080


def test_a_port_set_by_kubernetes_is_explained() -> None:
    with pytest.raises(SettingsError, match="enableServiceLinks"):
        load(PORT="tcp://10.0.0.1:8080")


def test_a_child_process_reads_the_same_settings_again() -> None:
    settings = load(DATABASE_URL="postgresql://u:p@db/x", PORT="9000", HOST="::1", KEYS="~/k.json")
    assert load_settings(environ=settings.environ()) == settings


def test_no_password_is_ever_shown() -> None:
    settings = load(
        DATABASE_URL="postgresql://u:geheim@db/x?password=geheim&sslmode=require",
        REDIS_URL="redis://:geheim@cache/1",
    )
    shown = f"{settings!r} {settings.redacted()} {settings.__rich_repr__()}"
    assert "geheim" not in shown
    assert "sslmode=require" in shown
    with pytest.raises(SettingsError) as caught:
        load(DATABASE_URL="mysql://u:geheim@db/x")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql:///postgres?host=/sock&user=postgres",
            "postgresql:///postgres?host=/sock&user=postgres",
        ),
        ("postgresql://u:p%40x@db:5432/x", "postgresql://u:***@db:5432/x"),
        ("postgresql://u:a:b@db/x", "postgresql://u:***@db/x"),
        ("unix:///run/v.sock?db=0", "unix:///run/v.sock?db=0"),
        ("redis://:p@cache", "redis://:***@cache"),
        ("s3://bucket?aws_secret_access_key=x", "s3://bucket?aws_secret_access_key=***"),
        ("file:///srv/store", "file:///srv/store"),
        ("password alone", "***"),
        ("postgresql://[u:p@db", "***"),
    ],
)
def test_redacted_addresses(url: str, shown: str) -> None:
    assert redact_url(url) == shown
