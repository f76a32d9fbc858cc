"""A JSON body that is one record: checked as a row of a file of its kind is, so that both ways in have one set of rules."""

from collections.abc import Mapping
from typing import Any

from huifang_tenants.clock import business_now, wall_now
from huifang_tenants.intake import check_row
from huifang_tenants.intake.columns import RecordKind

from huifang_api.faults import Fault, wrong_format
from huifang_api.intake_faults import faults_of
from huifang_api.problems import Problem
from huifang_api.raw_json import json_object
from huifang_api.world import ApiRequest


async def record_body(
    request: ApiRequest, kind: RecordKind, addressed: Mapping[str, str]
) -> tuple[Any, list[Fault]]:
    """The record of a request, and what looks wrong with it without keeping it out.

    `addressed` are the fields that the address gives: the body may leave them out, and may not say otherwise. Problems
    `body.wrong_type`, `body.malformed`, `validation.failed` with every fault.
    """
    body = await json_object(request)
    faults = [
        wrong_format("body", f"/{name}", "与地址中的不一致", "is not the one in the address")
        for name, value in addressed.items()
        if body.get(name) not in (None, value)
    ]
    checked = check_row(
        kind,
        {**body, **addressed},
        received_at=business_now(request.auth.tenant, wall_now()),
        strict_fields=True,
    )
    faults += faults_of((p for p in checked.problems if p.severity == "error"), body)
    if faults or checked.value is None:
        raise Problem("validation.failed", faults=faults)
    return checked.value, faults_of(checked.problems, body)
