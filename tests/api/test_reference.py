"""The API reference: complete, consistent with the routes, and served without any other server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from huifang_api.access import scope_of
from huifang_api.app import create_app
from huifang_api.openapi import dump_yaml, openapi_document
from huifang_api.problem_catalogue import CATALOGUE
from huifang_api.settings import load_settings
from litestar.routes import HTTPRoute

APP = create_app(load_settings(environ={"HOME": "/tmp"}))
DOCUMENT = openapi_document(APP)
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_every_route_is_documented_with_its_scope() -> None:
    for route in APP.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if handler.resolve_include_in_schema():
                for method in handler.http_methods:
                    operation = DOCUMENT["paths"][route.path_format][method.lower()]
                    scope = scope_of(handler)
                    assert operation["security"] == ([] if scope is None else [{"oauth2": [scope]}])


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_it_does(name: str, operation: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z][a-z_]+", operation["operationId"])
    assert operation["summary"]
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    for parameter in operation.get("parameters", ()):
        assert parameter["description"], parameter["name"]
        assert "null" not in str(parameter["schema"])
    for status, answer in operation["responses"].items():
        assert answer["description"]
        if status == "default" or (int(status) >= 400 and name not in ("POST /oauth/token", "GET /readyz")):
            assert list(answer["content"]) == ["application/problem+json"]


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


OURS = sorted(
    name for name, schema in DOCUMENT["components"]["schemas"].items() if schema.get("type") == "object"
)


@pytest.mark.parametrize("name", OURS)
def test_every_shape_is_described(name: str) -> None:
    assert DOCUMENT["components"]["schemas"][name].get("description")


# Of the kernel: their fields are explained in the description of the whole.
OF_THE_KERNEL = {"Text", "Rung", "Retention"}


@pytest.mark.parametrize("name", [name for name in OURS if name not in OF_THE_KERNEL])
def test_every_field_is_described(name: str) -> None:
    for field, schema in DOCUMENT["components"]["schemas"][name].get("properties", {}).items():
        assert schema.get("description"), f"{name}.{field}"


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_document_is_the_same_for_every_installation() -> None:
    other = create_app(
        load_settings(environ={"HOME": "/tmp", "HUIFANG_ISSUER": "https://callbacks.example.org"})
    )
    assert openapi_document(other) == DOCUMENT
    assert yaml.safe_load(dump_yaml(DOCUMENT)) == DOCUMENT


def test_problems_named_in_the_reference_exist() -> None:
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", str([o["responses"] for _, o in OPERATIONS])))
    assert named <= set(CATALOGUE)


async def test_the_reference_is_served_without_any_other_server(api: Any) -> None:
    page = await api.http.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(source.startswith("/docs/assets/") for source in sources)
    for source in sources:
        asset = await api.http.get(source)
        assert asset.status_code == 200
        assert asset.headers["content-type"].count("charset") <= 1
        again = await api.http.get(source, headers={"If-None-Match": asset.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    for unknown in ("swagger-ui.js", "..%2f..%2fsetup.py", "x"):
        assert (await api.http.get(f"/docs/assets/{unknown}")).status_code == 404


async def test_the_document_is_served(api: Any) -> None:
    served = await api.http.get("/openapi.json")
    assert served.json() == DOCUMENT
    assert served.headers["content-type"] == "application/json"
