"""The app as it is served: granian in a process of its own, met by a fuzzer that knows the reference."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from huifang_api.app import create_app
from huifang_api.openapi import openapi_document
from huifang_api.settings import Settings, load_settings
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance


def fuzzable() -> dict[str, Any]:
    """The reference without what no schema can tell: a cursor is good only when the list before gave it.

    Nor does the fuzzer know how to write a recording or a scan: files come as plain bytes or in a form.
    """
    document = openapi_document(create_app(load_settings(environ={"HOME": "/tmp"})))
    for methods in document["paths"].values():
        for operation in methods.values():
            kept = [p for p in operation.get("parameters", ()) if p["name"] != "cursor"]
            operation["parameters"] = kept
            content = operation.get("requestBody", {}).get("content", {})
            for media_type in [
                name for name in content if name.startswith(("audio/", "image/")) or name in FILES
            ]:
                del content[media_type]
    return document


FILES = (
    "application/x-ndjson",
    "application/pdf",
    "application/gzip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
# Here a body may have the right form and still be refused: what it says must also make sense.
MUST_MAKE_SENSE = {
    "send_events", "put_contract", "put_customer", "import_file", "receive_evidence", "open_case", "set_plugin",
    "record_training", "record_callback_policy", "put_callback_department", "put_callback_policy_document",
}  # fmt: skip
SCHEMA = schemathesis.openapi.from_dict(fuzzable())


class Served(msgspec.Struct, frozen=True):
    """A running server and a token for everything."""

    url: str
    token: str
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
async def client(api: Any, filled: Any) -> Any:
    return await api.new_client()


@pytest.fixture(scope="module")
def served(api: Any, client: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    port = free_port()
    served_by: Settings = msgspec.structs.replace(api.settings, port=port, issuer=f"http://127.0.0.1:{port}")
    log = tmp_path_factory.mktemp("served") / "log"
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--factory", "huifang_api.asgi:create",
        "--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop", "--no-ws", "--log-level", "warning",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **served_by.environ()}, stdout=output, stderr=output
        )
    try:
        _wait(served_by.issuer, log)
        answer = httpx.post(
            f"{served_by.issuer}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client.client_id, client.secret),
            timeout=60,
        )
        yield Served(served_by.issuer, answer.json()["access_token"], log)
    finally:
        process.terminate()
        assert process.wait(timeout=60) in (0, -15)


def _logged(log: Path, request_id: str) -> dict[str, Any]:
    """The line of a request, which is written after its answer."""
    for _ in range(1200):
        for line in log.read_bytes().splitlines():
            if line.startswith(b"{") and msgspec.json.decode(line)["request_id"] == request_id:
                return dict(msgspec.json.decode(line))
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _wait(url: str, log: Path) -> None:
    for _ in range(900):
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_the_server_answers_and_logs_json_lines(served: Served) -> None:
    answer = httpx.get(
        f"{served.url}/api/v1/contracts?contract_no=SECRET",
        headers={"Authorization": f"Bearer {served.token}"},
        timeout=60,
    )
    assert answer.status_code == 200
    line = _logged(served.log, answer.headers["request-id"])
    assert (line["event"], line["route"], line["status"]) == ("request", "/api/v1/contracts", 200)
    assert "SECRET" not in served.log.read_text()


@SCHEMA.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_app_keeps_its_reference(case: Any, served: Served) -> None:
    operation = case.operation.definition.raw["operationId"]
    excluded = [positive_data_acceptance] if operation in MUST_MAKE_SENSE else []
    if operation == "send_events":
        # A batch answers 200 and says of each event what is wrong with it.
        excluded.append(negative_data_rejection)
    case.call_and_validate(
        base_url=served.url,
        headers={"Authorization": f"Bearer {served.token}"},
        excluded_checks=excluded,
    )
