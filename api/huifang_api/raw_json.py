"""JSON bodies whose fields intake checks itself: it names every fault of a record, and the fix."""

from typing import Any

import msgspec
from huifang_tenants.intake import BadJson, DuplicateKey, parse

from huifang_api.faults import wrong_type
from huifang_api.intake_faults import faults_of
from huifang_api.problems import Problem
from huifang_api.world import ApiRequest


def parsed(body: bytes) -> Any:
    """The value a JSON text holds; Problem `body.malformed`, `validation.failed` where an object gives a key twice."""
    try:
        return parse(body)
    except BadJson:
        raise Problem("body.malformed") from None
    except DuplicateKey as error:
        raise Problem("validation.failed", faults=faults_of([error.problem], error.value)) from None


def entries(body: bytes) -> list[bytes]:
    """The texts of a JSON array's entries; Problems `body.malformed`, `validation.failed` where it is no array."""
    try:
        return [bytes(entry) for entry in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except msgspec.ValidationError:
        raise Problem("validation.failed", faults=[wrong_type("body", "", "数组", "an array")]) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Problem("body.malformed") from None


async def json_object(request: ApiRequest) -> dict[str, Any]:
    """The object that is the body of a request; Problems `body.wrong_type`, `body.malformed`, `validation.failed`."""
    essence, _ = request.content_type
    if essence != "application/json":
        raise Problem("body.wrong_type", accepted="application/json")
    value = parsed(await request.body())
    if not isinstance(value, dict):
        raise Problem("validation.failed", faults=[wrong_type("body", "", "对象", "an object")])
    return value
