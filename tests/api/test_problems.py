"""Problems: one catalogue, both languages, nothing that fails without one, nothing personal in the log."""

import string
from typing import Any, get_args

import asyncpg
import pytest
from huifang_api.access import needs
from huifang_api.app import create_app
from huifang_api.edge import Edge
from huifang_api.languages import preferred_language
from huifang_api.problem_catalogue import CATALOGUE, NOUNS, ApiCode
from huifang_api.problems import Problem, problem_of
from huifang_core.obligations import IllegalTransition
from huifang_tenants.errors import DatabaseBusy, KeyDestroyed, TenantNotActive
from huifang_tenants.services.errors import RefusalCode, Refused
from litestar import get, post
from litestar.exceptions import HTTPException
from structlog.testing import capture_logs


def test_every_code_stands_in_the_catalogue_and_no_other() -> None:
    assert set(CATALOGUE) == set(get_args(ApiCode)) | set(get_args(RefusalCode))


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_is_said_in_both_languages(code: Any) -> None:
    entry = CATALOGUE[code]
    assert 400 <= entry.status <= 599
    for text in (entry.title, entry.detail, entry.fix):
        assert text.zh_cn.endswith("。") or text is entry.title
        assert text.en.endswith((".", "`")) or text is entry.title
        assert text.en.isascii()

    def fields(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}

    assert fields(entry.detail.zh_cn + entry.fix.zh_cn) == fields(entry.detail.en + entry.fix.en)
    # RFC 9457: a title never changes.
    assert not fields(entry.title.zh_cn + entry.title.en)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
async def test_every_code_has_a_page(api: Any, code: Any) -> None:
    page = await api.http.get(f"/docs/problems/{code}")
    assert page.status_code == 200
    assert CATALOGUE[code].title.zh_cn in page.text
    assert f"/docs/problems/{code}" in (await api.http.get("/docs/problems")).text


def test_an_unknown_code_can_not_be_raised() -> None:
    with pytest.raises(ValueError, match=r"made\.up"):
        Problem("made.up")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"made\.up"):
        Refused("made.up")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("queue.nothing_leased", staff_no="K1"), "queue.nothing_leased"),
        (IllegalTransition("case", "closed", "solved"), "state.conflict"),
        (TenantNotActive("a", "suspended"), "tenant.suspended"),
        (KeyDestroyed("a"), "personal.key_destroyed"),
        (DatabaseBusy(1), "service.busy"),
        (asyncpg.QueryCanceledError(), "service.too_slow"),
        (asyncpg.DeadlockDetectedError(), "service.retry"),
        (asyncpg.SerializationError(), "service.retry"),
        (asyncpg.LockNotAvailableError(), "service.retry"),
        (asyncpg.exceptions.InvalidCachedStatementError(), "service.retry"),
        (asyncpg.CharacterNotInRepertoireError(), "request.unstorable"),
        (asyncpg.NumericValueOutOfRangeError(), "request.unstorable"),
        (asyncpg.ConnectionDoesNotExistError(), "service.unavailable"),
        (asyncpg.CannotConnectNowError(), "service.unavailable"),
        (asyncpg.AdminShutdownError(), "service.unavailable"),
        (asyncpg.InterfaceError("closed"), "service.unavailable"),
        (asyncpg.InternalClientError("cannot switch to another state"), "service.unavailable"),
        (ConnectionRefusedError(), "service.unavailable"),
        (FileNotFoundError(2, "no such socket"), "service.unavailable"),
        (FileNotFoundError(2, "no such file", "/etc/x"), "internal"),
        (HTTPException(status_code=418), "request.refused"),
        (HTTPException(status_code=503), "internal"),
        (asyncpg.InsufficientPrivilegeError(), "internal"),
        (RuntimeError("王小明"), "internal"),
    ],
)
def test_every_error_becomes_a_problem(error: Exception, code: str) -> None:
    assert problem_of(error).code == code


async def test_what_asyncpg_can_not_encode_is_the_callers_fault(api: Any) -> None:
    async with api.scope() as opened:
        with pytest.raises(Exception, match=r"int32|int4|range") as caught:
            await opened.connection.fetchval("SELECT $1::int", 2**40)
    assert problem_of(caught.value).code == "request.unstorable"


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "zh-CN"), ("en", "en"), ("fr", "zh-CN"), ("zh-Hans-CN,en;q=0.5", "zh-CN"), ("en;q=0.5,zh;q=0.4", "en"),
     ("en;q=0", "zh-CN"), ("en;q=x", "zh-CN"), ("EN-us", "en"), (";;,,=", "zh-CN")],
)  # fmt: skip
def test_the_language_is_negotiated(header: str, language: str) -> None:
    assert preferred_language(header) == language


async def test_a_problem_is_told_in_the_language_asked_for(api: Any) -> None:
    for language, title in (("zh-CN", "没有该地址"), ("en", "No such address")):
        answer = await api.http.get("/nothing", headers={"Accept-Language": language})
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert (told["title"], told["status"], told["code"]) == (title, 404, "route.not_found")
        assert told["type"] == "/docs/problems/route.not_found"
        assert told["request_id"] == answer.headers["request-id"]
    assert set(NOUNS) >= {"contract", "customer"}


async def test_a_request_id_is_kept_or_made(api: Any) -> None:
    own = await api.http.get("/healthz", headers={"Request-Id": "my-request-0001"})
    assert own.headers["request-id"] == "my-request-0001"
    for strange in ("short", "with space 123", "x" * 65, "é" * 9):
        fresh = await api.http.get("/healthz", headers={"Request-Id": strange.encode()})
        assert fresh.headers["request-id"][14] == "7"


async def test_methods_are_told(api: Any) -> None:
    wrong = await api.http.delete("/api/v1/customers/search")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "OPTIONS, POST")
    assert wrong.json()["code"] == "method.not_allowed"
    asked = await api.http.options("/api/v1/contracts")
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["allow"].startswith("GET, HEAD, OPTIONS")
    head = await api.http.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert (await api.http.options("/nothing")).status_code == 404


async def test_bodies_are_checked_before_anything_else(api: Any) -> None:
    headers = await api.bearer()
    address = "/api/v1/customers/search"
    too_large = await api.http.post(
        address,
        content=b'{"name": "' + b"x" * 2_000_000 + b'"}',
        headers=headers | {"Content-Type": "application/json"},
    )
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body.too_large")
    wrong = await api.http.post(address, content=b"name=x", headers=headers | {"Content-Type": "text/plain"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "body.wrong_type")
    for broken in (b"", b"{", b"\xff", b'{"name": "\\ud800"}', b'{"limit": "5"} x'):
        answer = await api.http.post(
            address, content=broken, headers=headers | {"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "body.malformed"), broken


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("lime=5", {("/lime", "unknown")}),
        ("limit=5&limit=6", {("/limit", "wrong_format")}),
        ("limit=five&order=up&line=boat", {("/limit", "wrong_format"), ("/order", "not_allowed"), ("/line", "not_allowed")}),
        ("limit=0", {("/limit", "out_of_range")}),
        ("limit=+5", {("/limit", "wrong_format")}),
        ("limit=99999999999999999999", {("/limit", "wrong_format")}),
        ("policyholder_id=7", {("/policyholder_id", "wrong_format")}),
        ("unit=%00", {("/unit", "wrong_format")}),
        ("order=null&policyholder_id=null&line=Null", {("/order", "not_allowed"), ("/policyholder_id", "wrong_format"), ("/line", "not_allowed")}),
        ("unit=", {("/unit", "wrong_length")}),
        (f"unit={'x' * 65}", {("/unit", "wrong_length")}),
    ],
)  # fmt: skip
async def test_parameters_are_strict(api: Any, query: str, faults: set[tuple[str, str]]) -> None:
    answer = await api.get(f"/api/v1/contracts?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation.failed")
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == faults


@pytest.mark.parametrize(
    "query",
    [
        "overdue=1",
        "overdue=True",
        "due_from=0.5",
        "due_from=2026-01-01",
        "due_from=2026-01-01T00:00:00",
        "due_from=2026-13-01T00:00:00Z",
    ],
)
async def test_flags_and_instants_are_strict(api: Any, query: str) -> None:
    answer = await api.get(f"/api/v1/obligations?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "wrong_format")


async def test_instants_past_what_can_be_stored_are_the_callers_fault(api: Any) -> None:
    answer = await api.get("/api/v1/obligations?due_from=0001-01-01T00:00:00%2B14:00")
    assert (answer.status_code, answer.json()["code"]) == (400, "request.unstorable")


async def test_the_log_names_the_route_and_nothing_personal(api: Any) -> None:
    with capture_logs() as lines:
        await api.get("/api/v1/contracts?contract_no=SECRET-1")
        await api.post("/api/v1/customers/search", {"name": "王小明"})
        await api.http.get("/api/v1/customers/13800138000")
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["route"] for line in requests} >= {"/api/v1/contracts", "/api/v1/customers/search", None}
    assert {"request_id", "method", "status", "milliseconds", "client", "tenant", "problem"} <= set(
        requests[0]
    )
    assert not [secret for secret in ("SECRET", "王小明", "13800138000", "Bearer") if secret in str(lines)]


async def test_an_unforeseen_error_is_logged_without_its_words(api: Any) -> None:
    @get("/broken", opt=needs("events:read"))
    async def broken() -> None:
        raise RuntimeError("王小明")

    @post("/broken", opt=needs("events:read"))
    async def refused() -> None:
        raise Refused("queue.nothing_leased", staff_no="K1")

    app = create_app(api.settings)
    app.register(broken)
    app.register(refused)
    app.state.world = api.world
    edge, api_edge = app.asgi_handler, api.app.asgi_handler
    assert isinstance(edge, Edge)
    api.app.asgi_handler = edge
    try:
        with capture_logs() as lines:
            headers = await api.bearer()
            answer = await api.http.get("/broken", headers=headers)
            conflict = await api.http.post("/broken", headers=headers | {"Accept-Language": "en"})
    finally:
        api.app.asgi_handler = api_edge
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    (line,) = [line for line in lines if line["event"] == "problem"]
    assert line["kind"] == "RuntimeError"
    assert any("broken" in frame for frame in line["where"])
    assert "王小明" not in str(lines) + answer.text
    assert (conflict.status_code, conflict.json()["context"]) == (409, {"staff_no": "K1"})
    assert conflict.json()["detail"] == "Staff K1 holds no obligation now. Claim the next one first."


async def test_answers_carry_security_headers(api: Any) -> None:
    for address in ("/healthz", "/nothing", "/docs", "/api/v1/contracts"):
        headers = (await api.http.get(address)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
    assert (await api.get("/api/v1/contracts")).headers["cache-control"] == "no-store"


async def test_readiness_names_what_is_missing(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await api.http.get("/readyz")).json() == {
        "status": "ok", "postgresql": "ok", "redis": "ok", "migrations": "ok",
    }  # fmt: skip

    async def broken() -> bool:
        raise ConnectionError

    monkeypatch.setattr(api.world.redis, "ping", broken)
    answer = await api.http.get("/readyz")
    assert (answer.status_code, answer.json()["redis"], answer.json()["postgresql"]) == (503, "failed", "ok")
