"""Conducting a contact (回访): start, dial, answer, correct, and its end by an outcome or without one."""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from huifang_core.scripts import Prompt as ScriptPrompt
from huifang_core.scripts.model import DateAnswer, NumberAnswer, OpenAnswer, TextAnswer
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import answering, concluding, raising, starting
from huifang_tenants.services.look_up import look_up_for
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.reading import contacts as reading
from huifang_tenants.stores.reading import work
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import needs, own_work, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.routes.calls import place_call, telephone_of
from huifang_api.shapes.contact_work import (
    AbandonContact,
    AnswerForm,
    ContactOutcome,
    CorrectAnswer,
    GiveAnswer,
    Prompt,
    PromptChoice,
    RecordOutcome,
    Standing,
    StartContact,
)
from huifang_api.shapes.look_up import shown
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Contacts",)
_HELD: Final[tuple[ProblemCode, ...]] = (
    "contact.calls_used_up", "contact.not_wanted", "contact.share_used_up", "contact.too_often",
)  # fmt: skip
_STARTING: Final[tuple[ProblemCode, ...]] = (
    "not_found", "staff.not_found", "staff.not_active", "staff.untrained", "staff.not_permitted", "staff.outside_unit",
    "queue.not_leased", "queue.lease_expired", "state.conflict", "obligation.closed", "contact.no_such_number",
    "contact.person_busy", "contact.quiet_hours", "contact.script_missing", "contact.script_not_filed",
    "contact.stopped", "contact.channel_not_planned", *_HELD,
)  # fmt: skip
_OVER: Final[tuple[ProblemCode, ...]] = ("contact.not_in_progress",)
_ANSWERING: Final[tuple[ProblemCode, ...]] = (*_OVER, "contact.answer_refused", "contact.script_missing")
_CONCLUDING: Final[tuple[ProblemCode, ...]] = (
    *_OVER, "contact.items_missing", "contact.outcome_contradicts", "contact.call_back_missing",
    "contact.policyholder_changed",
)  # fmt: skip
_STARTED: Final = Answer("Started.", {"application/json": Standing}, {"Location": "Address of the contact."})


@post(
    "/contacts",
    opt=needs("contacts:write", raises=_STARTING, vendors=True) | documented(answers={201: _STARTED}),
    operation_id="start_contact",
    tags=_TAGS,
)
async def start_contact(request: ApiRequest, data: JSONBody[StartContact]) -> Response[Standing]:
    """Start a contact for work this person has claimed; what was claimed together is served together (DEC-5).

    What is `unreachable` or `expired` is not given out any more, and a late completion can be recorded all the same (DEC-3): whoever
    could have claimed it names it here without claiming it, with any `channel` of its ladder. It stays what it is until it is
    completed. What is closed is refused as `obligation.closed`; for what was superseded, what replaced it is meant.

    Only a dialled number, or a visit made, counts as an attempt: `dialled: false` prepares without one. Where a policy
    look-up is set up, the core system is asked first; `contracts` says how that went and how fresh the data is (SD-4).
    """
    world = world_of(request)
    catalogue = await world.services.catalogue()
    actor = Actor(request.auth.actor, data.staff_no)
    opening = starting.Opening(
        obligation_id=data.obligation_id,
        staff_no=data.staff_no,
        language=data.language,
        dialled=data.dialled,
        number_index=data.number_index,
        channel=data.channel,
        client=request.auth.client_id,
        looked_up=await look_up_for(
            world.services, world.core_system, request.auth.tenant, data.obligation_id, data.staff_no
        ),
    )

    async def start(scope: Scope) -> answering.Standing:
        await own_work(request, scope, data.staff_no)
        return await answering.standing(scope, await starting.start(scope, catalogue, opening, actor))

    standing = await in_tenant(request, start)
    return Response(standing_shown(standing), headers={"Location": f"/api/v1/contacts/{standing.contact_id}"})


@get(
    "/contacts/{contact_id:uuid}/prompt",
    opt=needs("contacts:write", raises=_OVER, vendors=True),
    operation_id="get_contact_prompt",
    tags=_TAGS,
)
async def get_contact_prompt(request: ApiRequest, contact_id: FromPath[UUID]) -> Standing:
    """Read where a contact in progress stands: what to say or ask now. It may hold personal data of the customer."""
    async with tenant_scope(request, read_only=True) as scope:
        await holder(request, scope, contact_id)
        return standing_shown(await answering.standing(scope, contact_id))


@post(
    "/contacts/{contact_id:uuid}/dial",
    opt=needs(
        "contacts:write",
        raises=(
            *_OVER,
            "contact.quiet_hours",
            "contact.stopped",
            *_HELD,
            "call.over",
            "call.not_dialable",
            "telephone.unavailable",
        ),
        vendors=True,
    ),
    operation_id="dial_contact",
    tags=_TAGS,
    status_code=200,
)
async def dial_contact(request: ApiRequest, contact_id: FromPath[UUID]) -> Standing:
    """Dial the number by the telephone system where the tenant has one; else record that it is dialled now, or the visit made.

    By the telephone system the caller's own telephone rings first, and it is an attempt once the customer's does; `GET …/call` says how
    far it is. Otherwise it is an attempt from here on. Once is enough; again changes nothing.
    """
    telephone = await telephone_of(request)
    if telephone is not None and await _is_call(request, contact_id):
        await place_call(request, telephone, contact_id)
        async with tenant_scope(request, read_only=True) as scope:
            return standing_shown(await answering.standing(scope, contact_id))

    catalogue = await world_of(request).services.catalogue()

    async def dial(scope: Scope) -> answering.Standing:
        await starting.dial(scope, catalogue, contact_id, await holder(request, scope, contact_id))
        return await answering.standing(scope, contact_id)

    return standing_shown(await in_tenant(request, dial))


@post(
    "/contacts/{contact_id:uuid}/answers",
    opt=needs("contacts:write", raises=_ANSWERING, vendors=True),
    operation_id="answer_contact",
    tags=_TAGS,
    status_code=200,
)
async def answer_contact(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[GiveAnswer]
) -> Standing:
    """Record the answer to the current step, and carry out what it sets off.

    `step` must be the current one, so that a repeated request can't answer the next question.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()

    async def answer(scope: Scope) -> answering.Standing:
        actor = await holder(request, scope, contact_id)
        return await answering.answer(
            scope, catalogue, calendar, contact_id, data.step, answer_given(data.value), actor
        )

    return standing_shown(await in_tenant(request, answer))


@post(
    "/contacts/{contact_id:uuid}/corrections",
    opt=needs("contacts:write", raises=_ANSWERING, vendors=True),
    operation_id="correct_contact",
    tags=_TAGS,
    status_code=200,
)
async def correct_contact(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[CorrectAnswer]
) -> Standing:
    """Correct an earlier answer while the contact goes on; the first one stays on record.

    What the old answer had set off is undone, or flagged where it can't be: a case is marked as withdrawn.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()

    async def correct(scope: Scope) -> answering.Standing:
        actor = await holder(request, scope, contact_id)
        return await answering.correct(
            scope, catalogue, calendar, contact_id, data.section, data.step, answer_given(data.value), actor
        )

    return standing_shown(await in_tenant(request, correct))


@post(
    "/contacts/{contact_id:uuid}/outcome",
    opt=needs("contacts:write", raises=_CONCLUDING, vendors=True),
    operation_id="conclude_contact",
    tags=_TAGS,
    status_code=200,
)
async def conclude_contact(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[RecordOutcome]
) -> ContactOutcome:
    """Record how a contact ended; answers what that makes of each obligation and when it may be tried again.

    Refuses an outcome that contradicts what was recorded, such as `completed` while items are missing (SD-5). What is about a
    contract that changed hands during the call does not count: its callback stands for the new policyholder. With `deceased` and
    `unable` the person is not called any more, and a case is opened to find out what is true; with `relative_answered` nothing was
    told but that there will be another call, at `call_back_at` if a time was named.
    """
    calendar = await world_of(request).services.calendar()
    conclusion = concluding.Conclusion(data.outcome, data.call_back_at, data.note)

    async def conclude(scope: Scope) -> ContactOutcome:
        actor = await holder(request, scope, contact_id)
        if raising.is_ending(conclusion.outcome):
            await raising.conclude_for_good(scope, calendar, contact_id, conclusion, actor)
        else:
            await concluding.conclude(scope, contact_id, conclusion, actor)
        return await _ended(scope, contact_id)

    return await in_tenant(request, conclude)


@post(
    "/contacts/{contact_id:uuid}/abandon",
    opt=needs("contacts:write", raises=_OVER, vendors=True),
    operation_id="abandon_contact",
    tags=_TAGS,
    status_code=200,
)
async def abandon_contact(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[AbandonContact]
) -> ContactOutcome:
    """End a contact without an outcome. What was completed stays so; a dialled number counts as an attempt."""

    async def abandon(scope: Scope) -> ContactOutcome:
        actor = await holder(request, scope, contact_id)
        await concluding.abandon(scope, contact_id, actor, data.reason)
        return await _ended(scope, contact_id)

    return await in_tenant(request, abandon)


async def _is_call(request: ApiRequest, contact_id: UUID) -> bool:
    async with tenant_scope(request, read_only=True) as scope:
        row = await reading.get_contact(scope, contact_id)
    return row is not None and row["channel"] == "phone"


async def _ended(scope: Scope, contact_id: UUID) -> ContactOutcome:
    row = await reading.get_contact(scope, contact_id)
    if row is None:
        raise Problem("not_found", kind="contact")
    served = await work.served_obligations(scope, contact_id)
    return msgspec.convert({**row, "obligations": served}, ContactOutcome)


def answer_given(value: str | int | float) -> str | int | Decimal | date:
    """Return an answer of a body as scripts take it."""
    # As it was written: Decimal(0.1) would be another number.
    return Decimal(repr(value)) if isinstance(value, float) else value


def standing_shown(standing: answering.Standing) -> Standing:
    """Return where a contact stands as the API shows it."""
    return Standing(
        contact_id=standing.contact_id,
        section=standing.section,
        obligation_id=standing.obligation_id,
        prompt=_prompt(standing.prompt) if standing.prompt is not None else None,
        suggested=standing.suggested,
        contracts=[shown(found) for found in standing.contracts],
    )


def _prompt(prompt: ScriptPrompt) -> Prompt:
    return Prompt(
        step=prompt.step,
        kind=prompt.kind,
        text=prompt.text,
        choices=[PromptChoice(choice.code, choice.label) for choice in prompt.choices],
        answer=_form(prompt.open_answer) if prompt.open_answer is not None else None,
        item=prompt.item,
        compares=list(prompt.compares),
        missing=list(prompt.missing),
        result=prompt.result,
    )


def _form(form: OpenAnswer) -> AnswerForm:
    match form:
        case TextAnswer():
            return AnswerForm(kind="text", max_length=form.max_length)
        case NumberAnswer():
            return AnswerForm(
                kind="number",
                minimum=None if form.minimum is None else f"{form.minimum:f}",
                maximum=None if form.maximum is None else f"{form.maximum:f}",
                whole=form.whole,
            )
        case DateAnswer():
            return AnswerForm(kind="date", earliest=form.earliest, latest=form.latest)


ROUTES: Final = (
    start_contact,
    get_contact_prompt,
    dial_contact,
    answer_contact,
    correct_contact,
    conclude_contact,
    abandon_contact,
)
