"""Writing contracts (合同) and customers (客户): each under its number in its source, again and again with the same result."""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from huifang_tenants.services.intake import Batch, ContractIn, CustomerIn, take_in
from huifang_tenants.stores.reading import contracts as reading_contracts
from huifang_tenants.stores.reading import customers as reading_customers
from litestar import Response, put
from litestar.params import PathParameter, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.faults import Fault
from huifang_api.languages import language_of
from huifang_api.parameters import OnBehalfOfParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import ProblemFault
from huifang_api.record_body import record_body
from huifang_api.shapes.record_intake import (
    EXAMPLE_CONTRACT,
    EXAMPLE_CUSTOMER,
    ContractGiven,
    CustomerGiven,
    RecordTaken,
)
from huifang_api.world import ApiRequest, world_of

_REFUSALS: Final[tuple[ProblemCode, ...]] = (
    "validation.failed", "body.malformed", "body.too_large", "body.wrong_type", "staff.not_found", "service.retry",
)  # fmt: skip
_ANSWERS: Final = {
    200: Answer(
        "It was known already.", {"application/json": RecordTaken}, {"Location": "Its address here."}
    ),
    201: Answer("It is new.", {"application/json": RecordTaken}, {"Location": "Its address here."}),
}

SourceInPath: TypeAlias = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=64,
        pattern=r"^[^\s\x00]+$",
        description="The source system (来源系统) that owns it, such as `core`.",
    ),
]
AsOfParam: TypeAlias = Annotated[
    datetime | None,
    QueryParameter(
        description="When this was true in the source, RFC 3339 with offset: what is older never replaces what is newer."
    ),
]


@put(
    "/contracts/{source:str}/{contract_no:str}",
    opt=needs("contracts:write", raises=_REFUSALS)
    | documented(
        bodies={"application/json": ContractGiven},
        body_text="The contract; the whole of it, since what is left out is taken for unknown.",
        body_examples={"application/json": EXAMPLE_CONTRACT},
        answers=_ANSWERS,
    ),
    operation_id="put_contract",
    tags=("Contracts",),
)
async def put_contract(
    request: ApiRequest,
    source: SourceInPath,
    contract_no: Annotated[
        str, PathParameter(min_length=1, max_length=64, description="Contract number (合同号, 保单号).")
    ],
    as_of: AsOfParam = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> Response[RecordTaken]:
    """Write one contract: it is made, or changed where it says something new. Events tell what happened to it.

    A lower `version` than the one on file changes nothing. Callbacks that follow from it are derived at once.
    """
    value, faults = await record_body(request, "contracts", {"contract_no": contract_no})
    batch = Batch(contracts=(ContractIn(1, source, value, as_of),))
    return await _taken(request, batch, faults, "contracts", on_behalf_of)


@put(
    "/customers/{source:str}/{customer_no:str}",
    opt=needs("customers:write", raises=_REFUSALS)
    | documented(
        bodies={"application/json": CustomerGiven},
        body_text="The customer; the whole record, since what is left out is taken for unknown.",
        body_examples={"application/json": EXAMPLE_CUSTOMER},
        answers=_ANSWERS,
    ),
    operation_id="put_customer",
    tags=("Customers",),
)
async def put_customer(
    request: ApiRequest,
    source: SourceInPath,
    customer_no: Annotated[
        str,
        PathParameter(
            min_length=1,
            max_length=64,
            description="Customer number (客户号) in that source; no personal data.",
        ),
    ],
    as_of: AsOfParam = None,
    on_behalf_of: OnBehalfOfParam = None,
) -> Response[RecordTaken]:
    """Write one customer: made, or changed where the record says something new.

    A record with the ID document of a person already on file belongs to that person (DEC-10).
    """
    value, faults = await record_body(request, "customers", {"customer_no": customer_no})
    batch = Batch(customers=(CustomerIn(1, source, value, as_of),))
    return await _taken(request, batch, faults, "customers", on_behalf_of)


async def _taken(
    request: ApiRequest,
    batch: Batch,
    warnings: list[Fault],
    kind: Literal["contracts", "customers"],
    on_behalf_of: str | None,
) -> Response[RecordTaken]:
    async with tenant_scope(request, read_only=True) as scope:
        actor = await acting(request, scope, on_behalf_of)
    taken = await take_in(world_of(request).services, request.auth.tenant, batch, actor)
    row = taken.rows[0]
    assert row.id is not None
    get = reading_contracts.get_contract if kind == "contracts" else reading_customers.get_customer
    async with tenant_scope(request, read_only=True) as scope:
        found = await get(scope, row.id)
    revision = found["revision"] if found is not None else 1
    language = language_of(request)
    answer = RecordTaken(
        status="accepted" if row.status == "accepted" else "unchanged",
        id=row.id,
        revision=revision,
        code=row.code,
        message=row.message.in_language(language) if row.message is not None else None,
        warnings=[
            ProblemFault(f.location, f.pointer, f.code, f.text.in_language(language)) for f in warnings
        ],
        obligations_made=taken.obligations_made,
        obligations_changed=taken.obligations_changed,
    )
    return Response(
        answer,
        status_code=201 if row.status == "accepted" and revision == 1 else 200,
        headers={
            "Location": f"/api/v1/{kind}/{row.id}",
            "Content-Language": language,
            "Vary": "Accept-Language",
        },
    )


ROUTES: Final = (put_contract, put_customer)
"""Beside the lists of contracts and customers."""
