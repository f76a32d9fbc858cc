"""Letters (信函): batches prepared, printed, posted, and what the post did with each (LN-4c)."""

from typing import Annotated, Any, Final
from uuid import UUID

from huifang_core.windows import day_of
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.papers import letters
from huifang_tenants.services.papers.forms import form_of
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import letters as reading
from huifang_tenants.tenant_settings import settings_of
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.channels import letter
from huifang_api.documented import BYTES, Answer, documented
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CursorParam, LimitParam, OnBehalfOfParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.letters import (
    LetterBatch,
    LetterBatchPage,
    LetterPage,
    LetterStatus,
    LetterSummary,
    PostBatch,
    PostedBatch,
    PostLetter,
    PreparedLetters,
    PrepareLetters,
    ReturnLetter,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Letters",)
_LIST: Final = "letters"
_BATCHES: Final = "letter_batches"
_PDF: Final = "application/pdf"
_PREPARING: Final[tuple[ProblemCode, ...]] = (
    "staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted",
)  # fmt: skip
_POSTING: Final[tuple[ProblemCode, ...]] = ("letter.day_invalid", "contact.not_in_progress")
_PREPARED: Final = Answer(
    "Prepared.", {"application/json": PreparedLetters}, {"Location": "Address of the PDF."}
)
_NOTHING_DUE: Final = Answer("No letter is due that this person may write.")
_PRINTED: Final = Answer(
    "The letters, each on pages of its own.", {_PDF: BYTES}, {"Content-Disposition": "A file name."}
)


@post(
    "/letters/batches",
    opt=needs("contacts:write", raises=_PREPARING) | documented(answers={201: _PREPARED, 204: _NOTHING_DUE}),
    operation_id="prepare_letters",
    tags=_TAGS,
)
async def prepare_letters(request: ApiRequest, data: JSONBody[PrepareLetters]) -> Response[PreparedLetters]:
    """Prepare letters for the most pressing callbacks by letter, in one batch; nothing is tried before they are posted.

    People without an address go on to the next channel, with the reason on record. What keeps a letter from being prepared after others
    were, such as the share that letters may have (LN-5), ends the batch early: `stopped` is its code.
    """
    catalogue = await world_of(request).services.catalogue()
    actor = Actor(request.auth.actor, data.staff_no)
    order = letters.Order(new_id(), data.staff_no, data.language, request.auth.client_id)
    # One scope for each, so that neither locks nor a failure of one reach the others.
    prepared, stopped = 0, None
    while prepared < data.limit and stopped is None:
        try:
            found = await in_tenant(request, lambda scope: letters.prepare(scope, catalogue, order, actor))
        except Refused as refusal:
            if not prepared:
                raise
            stopped = refusal.code
        else:
            if found is None:
                break
            prepared += 1
    if not prepared:
        return Response[Any](None, status_code=204)
    wanted = reading.LetterFilter(batch_id=order.batch_id)
    async with tenant_scope(request, read_only=True) as scope:
        rows = (await reading.list_letters(scope, wanted, page(_LIST, data.limit, None, None))).rows
    made = PreparedLetters(id=order.batch_id, letters=shaped(LetterSummary, rows), stopped=stopped)
    return Response(made, headers={"Location": f"/api/v1/letters/batches/{made.id}/pdf"})


@get("/letters/batches", opt=needs("contacts:read"), operation_id="list_letter_batches", tags=_TAGS)
async def list_letter_batches(
    request: ApiRequest, limit: LimitParam = 50, cursor: CursorParam = None
) -> LetterBatchPage:
    """List batches of letters with how far their letters have come, the latest first."""
    asked = page(_BATCHES, limit, cursor, None, default="desc")
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_batches(scope, asked)
    return LetterBatchPage(shaped(LetterBatch, found.rows), next_cursor(_BATCHES, asked, found))


@get(
    "/letters/batches/{batch_id:uuid}/pdf",
    opt=needs("papers:print", raises=("staff.not_found",)) | documented(answers={200: _PRINTED}),
    operation_id="print_letter_batch",
    tags=_TAGS,
)
async def print_letter_batch(
    request: ApiRequest, batch_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[bytes]:
    """Fetch the letters of a batch as one PDF to be printed; names and addresses are in it, and that is on record.

    Each page bears the letter's number and a QR code that holds the contact's id.
    """
    return await _printed(request, await _batch(request, batch_id), on_behalf_of, f"letters-{batch_id}")


@post(
    "/letters/batches/{batch_id:uuid}/posting",
    opt=needs("contacts:write", raises=_POSTING),
    operation_id="post_letter_batch",
    tags=_TAGS,
    status_code=200,
)
async def post_letter_batch(
    request: ApiRequest, batch_id: FromPath[UUID], data: JSONBody[PostBatch]
) -> PostedBatch:
    """Record that the letters of a batch that were still to be posted went into the post on one day."""
    contact_ids = await _batch(request, batch_id)

    async def record_posting(scope: Scope) -> int:
        posted = 0
        for contact_id in contact_ids:
            found = await reading.get_letter(scope, contact_id)
            if found is not None and found["status"] == "prepared":
                await letters.post(
                    scope, contact_id, data.posted_on, await holder(request, scope, contact_id)
                )
                posted += 1
        return posted

    return PostedBatch(await in_tenant(request, record_posting))


@get("/letters", opt=needs("contacts:read"), operation_id="list_letters", tags=_TAGS)
async def list_letters(
    request: ApiRequest,
    batch_id: Annotated[UUID | None, QueryParameter(description="Only of this batch.")] = None,
    number: Annotated[
        int | None, QueryParameter(ge=1, le=2**53 - 1, description="Only the one with this number.")
    ] = None,
    status: Annotated[LetterStatus | None, QueryParameter(description="Only those so far.")] = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> LetterPage:
    """List letters in the order in which they were prepared."""
    asked = page(_LIST, limit, cursor, order)
    wanted = reading.LetterFilter(batch_id=batch_id, number=number, status=status)
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.list_letters(scope, wanted, asked)
    return LetterPage(shaped(LetterSummary, found.rows), next_cursor(_LIST, asked, found))


@get("/letters/{contact_id:uuid}", opt=needs("contacts:read"), operation_id="get_letter", tags=_TAGS)
async def get_letter(request: ApiRequest, contact_id: FromPath[UUID]) -> LetterSummary:
    """Read one letter, as by scanning its QR code."""
    async with tenant_scope(request, read_only=True) as scope:
        return one(LetterSummary, await reading.get_letter(scope, contact_id), "letter")


@get(
    "/letters/{contact_id:uuid}/pdf",
    opt=needs("papers:print", raises=("staff.not_found",)) | documented(answers={200: _PRINTED}),
    operation_id="print_letter",
    tags=_TAGS,
)
async def print_letter(
    request: ApiRequest, contact_id: FromPath[UUID], on_behalf_of: OnBehalfOfParam = None
) -> Response[bytes]:
    """Fetch one letter as a PDF to be printed, as when the printer spoilt it; that is on record."""
    return await _printed(request, [contact_id], on_behalf_of, f"letter-{contact_id}")


@post(
    "/letters/{contact_id:uuid}/posting",
    opt=needs("contacts:write", raises=_POSTING),
    operation_id="post_letter",
    tags=_TAGS,
    status_code=200,
)
async def post_letter(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[PostLetter]
) -> LetterSummary:
    """Record that a letter went into the post: from here on it is an attempt. Again with another day or number corrects it."""

    async def record_posting(scope: Scope) -> LetterSummary:
        actor = await holder(request, scope, contact_id)
        await letters.post(scope, contact_id, data.posted_on, actor, posting_no=data.posting_no)
        return one(LetterSummary, await reading.get_letter(scope, contact_id), "letter")

    return await in_tenant(request, record_posting)


@post(
    "/letters/{contact_id:uuid}/return",
    opt=needs("contacts:write", raises=(*_POSTING, "letter.not_posted")),
    operation_id="return_letter",
    tags=_TAGS,
    status_code=200,
)
async def return_letter(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[ReturnLetter]
) -> LetterSummary:
    """Record that the post brought a letter back, which ends its contact: the next channel follows, or it is unreachable with reasons."""

    async def record_return(scope: Scope) -> LetterSummary:
        actor = await holder(request, scope, contact_id)
        await letters.send_back(scope, contact_id, data.returned_on, data.reason, actor)
        return one(LetterSummary, await reading.get_letter(scope, contact_id), "letter")

    return await in_tenant(request, record_return)


async def _batch(request: ApiRequest, batch_id: UUID) -> list[UUID]:
    async with tenant_scope(request, read_only=True) as scope:
        found = await reading.letters_of_batch(scope, batch_id)
    if not found:
        raise Problem("not_found", kind="letter batch")
    return found


async def _printed(
    request: ApiRequest, contact_ids: list[UUID], on_behalf_of: str | None, name: str
) -> Response[bytes]:
    tenant = request.auth.tenant
    head = settings_of(tenant).letterhead

    async def fill_in(scope: Scope) -> list[letter.Letter]:
        actor = await acting(request, scope, on_behalf_of)
        filled = []
        for contact_id in contact_ids:
            row = await reading.get_letter(scope, contact_id)
            if row is None:
                raise Problem("not_found", kind="letter")
            day = row["posted_on"] or day_of(scope.now)
            form = await form_of(scope, contact_id)
            filled.append(letter.letter_of(form, row["number"], head, day, letters.reply_days(tenant)))
        await letters.printed(scope, contact_ids, actor)
        return filled

    filled = await in_tenant(request, fill_in)
    pdf = await letter.print_letters(filled, world_of(request).database.wall_clock())
    return Response(pdf, media_type=_PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


ROUTES: Final = (
    prepare_letters,
    list_letter_batches,
    print_letter_batch,
    post_letter_batch,
    list_letters,
    get_letter,
    print_letter,
    post_letter,
    return_letter,
)
