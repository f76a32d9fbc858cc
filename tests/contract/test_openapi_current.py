"""The committed reference is that of the code, and every operation that takes JSON shows an example that it takes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from huifang_api.app import create_app
from huifang_api.openapi import dump_yaml, openapi_document
from huifang_api.settings import load_settings
from jsonschema_rs import validator_for

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
DOCUMENT = openapi_document(create_app(load_settings(environ={"HOME": "/tmp"})))
BODIES = [
    (f"{operation['operationId']} {media_type}", content)
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    if media_type.endswith("json")
    and content["schema"].get("format") != "binary"
    and "ndjson" not in media_type
]


def test_the_committed_document_is_that_of_the_code() -> None:
    committed = COMMITTED.read_text(encoding="utf-8")
    assert committed == dump_yaml(DOCUMENT), "the API has changed: run `huifang openapi -o openapi.yaml`"


def test_the_committed_document_can_be_read() -> None:
    assert yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))["openapi"] == "3.1.0"


@pytest.mark.parametrize(("name", "content"), BODIES, ids=[name for name, _ in BODIES])
def test_every_json_body_has_an_example_that_is_taken(name: str, content: dict[str, Any]) -> None:
    assert "example" in content
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    example = msgspec.json.decode(msgspec.json.encode(content["example"]))
    errors = [error.message for error in validator_for(schema).iter_errors(example)]
    assert errors == []
