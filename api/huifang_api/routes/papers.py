"""Contacts on paper: what stands on one, and entering what the customer wrote (LN-4b, LN-4c)."""

from typing import Final
from uuid import UUID

from huifang_tenants.scope import Scope
from huifang_tenants.services.papers import entering
from huifang_tenants.services.papers.forms import form_of
from litestar import get, post
from litestar.params import FromPath, JSONBody

from huifang_api.access import needs, tenant_scope
from huifang_api.channels.questions import sections_of
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.routes.contact_work import answer_given, standing_shown
from huifang_api.shapes.letters import (
    EnteredPaper,
    EnterPaper,
    Paper,
    PaperBox,
    PaperPart,
    PaperQuestion,
    UnusedAnswer,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import holder, in_tenant

_TAGS: Final = ("Letters",)
_ENTERING: Final[tuple[ProblemCode, ...]] = (
    "contact.not_in_progress", "contact.signature_missing", "contact.answer_refused", "contact.script_missing",
    "contact.policyholder_changed",
)  # fmt: skip


@get("/contacts/{contact_id:uuid}/paper", opt=needs("contacts:write"), operation_id="get_paper", tags=_TAGS)
async def get_paper(request: ApiRequest, contact_id: FromPath[UUID]) -> Paper:
    """Read the questions of a contact as its letter or sheet numbers them, with the codes to enter. It may hold personal data."""
    async with tenant_scope(request, read_only=True) as scope:
        form = await form_of(scope, contact_id)
    parts = [
        PaperPart(
            title=shown.title,
            contract_no=shown.contract_no,
            questions=[
                PaperQuestion(
                    number=question.number,
                    step=part.step,
                    text=part.text,
                    boxes=[PaperBox(code=choice.code, label=choice.label) for choice in part.choices],
                    written=question.written,
                )
                for part, question in zip(section.parts, shown.questions, strict=True)
            ],
        )
        for section, shown in zip(form.sections, sections_of(form), strict=True)
    ]
    identifies = any(section.identifies for section in form.sections)
    return Paper(contact_id=contact_id, identifies=identifies, sections=parts)


@post(
    "/contacts/{contact_id:uuid}/paper",
    opt=needs("contacts:write", raises=_ENTERING),
    operation_id="enter_paper",
    tags=_TAGS,
    status_code=200,
)
async def enter_paper(
    request: ApiRequest, contact_id: FromPath[UUID], data: JSONBody[EnterPaper]
) -> EnteredPaper:
    """Enter what a customer wrote, as far as it reaches, and record the outcome where every script has ended.

    A letter is entered only once its signed receipt is on file (LN-4c): `POST /contacts/{contact_id}/evidence?kind=signed_receipt`. A
    question left blank stops it there; the rest may be entered later, or the outcome recorded.
    """
    services = world_of(request).services
    catalogue, calendar = await services.catalogue(), await services.calendar()
    paper = entering.FilledIn(
        data.identity,
        tuple({step: answer_given(value) for step, value in given.items()} for given in data.answers),
    )

    async def enter(scope: Scope) -> entering.Entered:
        actor = await holder(request, scope, contact_id)
        return await entering.enter(scope, catalogue, calendar, contact_id, paper, actor)

    entered = await in_tenant(request, enter)
    return EnteredPaper(
        outcome=entered.outcome,
        standing=standing_shown(entered.standing),
        unused=[UnusedAnswer(*unused) for unused in entered.unused],
    )


ROUTES: Final = (get_paper, enter_paper)
