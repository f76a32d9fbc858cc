"""What a unit has for its callbacks (SD-3): the versions of its callback policy (回访制度), and its department (回访部门)."""

import base64
from typing import Any, Final
from uuid import UUID

import msgspec
from huifang_tenants.evidence_types import PAPER
from huifang_tenants.scope import Scope
from huifang_tenants.services import policy_documents, readiness
from huifang_tenants.stores.readiness import of_unit
from huifang_tenants.stores.reading import organisation as reading
from litestar import Response, get, post, put
from litestar.params import FromPath
from litestar.response import Stream

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import BYTES, Answer, documented
from huifang_api.languages import language_of
from huifang_api.paging import shaped
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem, ProblemFault
from huifang_api.record_body import record_body
from huifang_api.shapes.readiness import (
    EXAMPLE_DEPARTMENT,
    EXAMPLE_POLICY,
    CallbackDepartmentGiven,
    CallbackPolicy,
    CallbackPolicyGiven,
    CallbackPolicyList,
    RecordedDepartment,
    RecordedPolicy,
)
from huifang_api.uploads import FORM, open_upload
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_TAGS: Final = ("Organisation",)
_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "body.malformed", "body.too_large", "body.wrong_type", "staff.not_found",
)  # fmt: skip
_RECEIVING: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "upload.malformed", "body.wrong_type", "staff.not_found", "evidence.too_large",
    "evidence.type_not_allowed", "evidence.type_contradicts", "evidence.hash_differs", "evidence.store_unavailable",
)  # fmt: skip
_WHERE: Final = {"Location": "Address of the unit's policies."}


@get(
    "/units/{unit_id:uuid}/callback-policies",
    opt=needs("organisation:read"),
    operation_id="list_callback_policies",
    tags=_TAGS,
)
async def list_callback_policies(request: ApiRequest, unit_id: FromPath[UUID]) -> CallbackPolicyList:
    """List every version of a unit's callback policy, in the order in which they were recorded."""
    async with tenant_scope(request, read_only=True) as scope:
        return CallbackPolicyList(shaped(CallbackPolicy, await _policies(scope, unit_id)))


@post(
    "/units/{unit_id:uuid}/callback-policies",
    opt=needs("organisation:write", raises=_REFUSALS)
    | documented(
        bodies={"application/json": CallbackPolicyGiven},
        body_text="One version of the policy; its document is uploaded by itself.",
        body_examples={"application/json": EXAMPLE_POLICY},
        answers={
            200: Answer("This version was on file already.", {"application/json": RecordedPolicy}, _WHERE),
            201: Answer("It is new.", {"application/json": RecordedPolicy}, _WHERE),
        },
    ),
    operation_id="record_callback_policy",
    tags=_TAGS,
)
async def record_callback_policy(
    request: ApiRequest, unit_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[RecordedPolicy]:
    """Record a version of a unit's callback policy, or correct what is on file of that version.

    A new version takes the place of the one before on the day it comes into force; that one stays on file.
    """
    policy, faults = await record_body(
        request, "callback_policies", {"unit": await _unit_code(request, unit_id)}
    )
    language = language_of(request)
    warnings = [ProblemFault(f.location, f.pointer, f.code, f.text.in_language(language)) for f in faults]

    async def write(scope: Scope) -> RecordedPolicy:
        actor = await acting(request, scope, on_behalf_of)
        id, status = await readiness.record_one(scope, policy, actor)
        return msgspec.convert(
            {**await _policy(scope, unit_id, id), "status": status, "warnings": warnings}, RecordedPolicy
        )

    recorded = await in_tenant(request, write)
    return Response(
        recorded,
        status_code=201 if recorded.status == "recorded" else 200,
        headers={
            "Location": f"/api/v1/units/{unit_id}/callback-policies",
            "Content-Language": language,
            "Vary": "Accept-Language",
        },
    )


@put(
    "/units/{unit_id:uuid}/callback-policies/{policy_id:uuid}/document",
    opt=needs("organisation:write", raises=_RECEIVING)
    | documented(
        bodies={
            **dict.fromkeys(PAPER, BYTES),
            "application/octet-stream": BYTES,
            FORM: {
                "type": "object",
                "properties": {
                    "file": {**BYTES, "description": "The document; its part may carry `Content-Digest`."}
                },
                "required": ["file"],
                "additionalProperties": False,
            },
        },
        body_text="The document as the body, or as the one part `file` of a form: a PDF or a scan.",
    ),
    operation_id="put_callback_policy_document",
    tags=_TAGS,
    request_max_body_size=None,
)
async def put_callback_policy_document(
    request: ApiRequest,
    unit_id: FromPath[UUID],
    policy_id: FromPath[UUID],
    on_behalf_of: OnBehalfOfParam = None,
) -> CallbackPolicy:
    """Upload the document of a version of a policy: hashed on arrival and kept encrypted.

    Another one takes its place; the hashes of both stand in the ledger. 50 MiB at most.
    """
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
    upload = await open_upload(request)
    world = world_of(request)
    await policy_documents.receive(
        world.database,
        request.auth.tenant,
        world.evidence,
        policy_documents.Upload(
            unit_id=unit_id,
            policy_id=policy_id,
            content_type=upload.content_type,
            sha256=upload.sha256,
            size=upload.size,
        ),
        upload.chunks,
        actor,
    )
    async with tenant_scope(request, read_only=True) as scope:
        return msgspec.convert(await _policy(scope, unit_id, policy_id), CallbackPolicy)


@get(
    "/units/{unit_id:uuid}/callback-policies/{policy_id:uuid}/document",
    opt=needs("organisation:read", raises=("evidence.damaged", "evidence.store_unavailable"))
    | documented(
        answers={
            200: Answer(
                "The document.",
                dict.fromkeys(PAPER, BYTES),
                {"Repr-Digest": "SHA-256 of the document (RFC 9530)."},
            )
        }
    ),
    operation_id="get_callback_policy_document",
    tags=_TAGS,
)
async def get_callback_policy_document(
    request: ApiRequest, unit_id: FromPath[UUID], policy_id: FromPath[UUID]
) -> Stream:
    """Read the document of a version of a policy."""
    world = world_of(request)
    document, chunks = await policy_documents.read(
        world.database, request.auth.tenant, world.evidence, unit_id, policy_id
    )
    return Stream(
        chunks,
        media_type=document.content_type,
        headers={
            "Content-Length": str(document.size_bytes),
            "Content-Disposition": "inline",
            "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(document.sha256)).decode()}:",
        },
    )


@put(
    "/units/{unit_id:uuid}/callback-department",
    opt=needs("organisation:write", raises=_REFUSALS)
    | documented(
        bodies={"application/json": CallbackDepartmentGiven},
        body_text="The department; the whole of it, since what is left out is taken for unknown.",
        body_examples={"application/json": EXAMPLE_DEPARTMENT},
    ),
    operation_id="put_callback_department",
    tags=_TAGS,
)
async def put_callback_department(
    request: ApiRequest, unit_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> RecordedDepartment:
    """Name the department of a unit that makes its callbacks, in place of the one named before.

    One that is closed down is named once more with its last day, `until`.
    """
    department, _ = await record_body(
        request, "callback_departments", {"unit": await _unit_code(request, unit_id)}
    )

    async def write(scope: Scope) -> RecordedDepartment:
        actor = await acting(request, scope, on_behalf_of)
        _, status = await readiness.record_one(scope, department, actor)
        return msgspec.convert({**msgspec.structs.asdict(department), "status": status}, RecordedDepartment)

    return await in_tenant(request, write)


async def _unit_code(request: ApiRequest, unit_id: UUID) -> str:
    async with tenant_scope(request, read_only=True) as scope:
        setup = await of_unit(scope, unit_id)
    if setup is None:
        raise Problem("not_found", kind="unit")
    return setup.code


async def _policies(scope: Scope, unit_id: UUID) -> list[dict[str, Any]]:
    found = await reading.list_policies(scope, unit_id)
    if found is None:
        raise Problem("not_found", kind="unit")
    return found


async def _policy(scope: Scope, unit_id: UUID, policy_id: UUID) -> dict[str, Any]:
    return next(policy for policy in await _policies(scope, unit_id) if policy["id"] == policy_id)


ROUTES: Final = (
    list_callback_policies,
    record_callback_policy,
    put_callback_policy_document,
    get_callback_policy_document,
    put_callback_department,
)
"""Beside the lists of units."""
