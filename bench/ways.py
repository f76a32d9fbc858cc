"""The way through a script, played beforehand: what each answer leads to, so that serving it needs no interpreter."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from huifang_api.runtime import Runtime
from huifang_core.catalogue import Catalogue
from huifang_core.scripts import RecordedAnswer, Script, SectionState
from huifang_core.workdays import WorkingCalendar
from huifang_tenants.scope import Scope, scope
from huifang_tenants.services.contacts.answering import Standing, answer, standing
from huifang_tenants.services.contacts.playable import stage
from huifang_tenants.services.contacts.starting import Opening, start
from huifang_tenants.stores.contacts import StoredSection, load
from huifang_tenants.stores.queue import Playable
from huifang_tenants.tenant import Tenant

from bench.results import BenchError
from bench.world import ACTOR

_STEPS_AT_MOST = 80
_FREE_ANSWERS = {"number": "1", "date": "2026-10-12"}

# One open obligation of each product: products decide which items a script goes through.
_OF_EACH_PRODUCT = """
SELECT DISTINCT ON (c.product_code) o.id, c.product_code, o.plugin
FROM obligation o JOIN contract c ON c.id = o.contract_id WHERE o.status = 'open' AND o.channel = 'phone'
ORDER BY c.product_code, o.id
"""


class Step(msgspec.Struct, frozen=True):
    """What one answer leads to: the answers and state to save, and the body to answer with."""

    answers: tuple[RecordedAnswer, ...]
    state: SectionState
    completed: bool
    affirmative: bool
    identity_passed: bool
    body: dict[str, Any]


class Way(msgspec.Struct, frozen=True):
    """One script of one product from its start to its end, with the facts its start keeps."""

    plugin: str
    script_hash: str
    script: Script
    state: SectionState
    facts: dict[str, Any]
    section_facts: tuple[dict[str, Any], ...]
    personal: dict[str, Any]
    body: dict[str, Any]
    steps: tuple[Step, ...]


class Ways(msgspec.Struct, frozen=True):
    """What the bare app needs to know: its tenant, what can be played there, and the ways by product code."""

    slug: str
    playable: Playable
    by_product: dict[str, Way]


class _Undo(Exception):
    """Nothing of what was played is kept."""


def choose(prompt: dict[str, Any]) -> str:
    """Return the smooth answer to a prompt: the first choice, or something that fits."""
    if prompt["choices"]:
        return str(prompt["choices"][0]["code"])
    return _FREE_ANSWERS.get((prompt.get("answer") or {}).get("kind", "text"), "没有补充")


async def play_ways(runtime: Runtime, tenant: Tenant, staff_no: str) -> Ways:
    """Play the script of each product once, through the services, and undo it."""
    catalogue, calendar = await runtime.services.catalogue(), await runtime.services.calendar()
    async with scope(runtime.database, tenant, read_only=True) as opened:
        chosen = await opened.connection.fetch(_OF_EACH_PRODUCT)
        playable = (await stage(opened, catalogue)).playable()
    ways: dict[str, Way] = {}
    for row in chosen:
        try:
            async with scope(runtime.database, tenant) as opened:
                ways[row["product_code"]] = await _play(
                    opened, catalogue, calendar, row["id"], row["plugin"], staff_no
                )
                raise _Undo
        except _Undo:
            pass
    if not ways:
        raise BenchError("no open obligation to play")
    return Ways(tenant.slug, playable, ways)


async def _play(
    scope: Scope,
    catalogue: Catalogue,
    calendar: WorkingCalendar,
    obligation: UUID,
    plugin: str,
    staff_no: str,
) -> Way:
    await scope.connection.execute(
        "UPDATE obligation SET lease_until = $2, lease_staff = (SELECT id FROM staff WHERE staff_no = $3) WHERE id = $1",
        obligation,
        scope.wall_now + timedelta(minutes=30),
        staff_no,
    )
    id = await start(scope, catalogue, Opening(obligation, staff_no), ACTOR)
    row = await scope.connection.fetchrow("SELECT snapshot, personal_enc FROM contact WHERE id = $1", id)
    begun = await _section(scope, id)
    stands = await standing(scope, id)
    body = _body(stands)
    steps: list[Step] = []
    while stands.section is not None and len(steps) < _STEPS_AT_MOST:
        known = len((await _section(scope, id)).state.answers)
        prompt = _body(stands)["prompt"]
        stands = await answer(scope, catalogue, calendar, id, prompt["step"], choose(prompt), ACTOR)
        section = await _section(scope, id)
        contact = await load(scope, id)
        assert contact is not None
        steps.append(
            Step(
                section.state.answers[known:],
                section.state,
                section.completed,
                section.affirmative,
                contact.identity_passed,
                _body(stands),
            )
        )
    if stands.suggested != "completed":
        raise BenchError(f"the smooth way of obligation {obligation} ends {stands.suggested}")
    if await scope.connection.fetchval("SELECT count(*) FROM effect"):
        raise BenchError("the smooth way sets something off, which the bare app doesn't carry out")
    script = catalogue.plugins[plugin].script(begun.state.script)
    assert script is not None
    return Way(
        plugin=plugin,
        script_hash=begun.script_hash,
        script=script,
        state=begun.state,
        facts=row["snapshot"]["facts"],
        section_facts=tuple(row["snapshot"]["sections"]),
        personal=scope.cipher.decrypt_json(row["personal_enc"], "contact.personal", id),
        body=body,
        steps=tuple(steps),
    )


async def _section(scope: Scope, contact_id: UUID) -> StoredSection:
    contact = await load(scope, contact_id)
    assert contact is not None
    if len(contact.sections) != 1:
        raise BenchError("a contact of plain contracts has one section")
    return contact.sections[0]


def _body(stands: Standing) -> dict[str, Any]:
    """The answer to a request as JSON can carry it, in the shape the API has."""
    body: dict[str, Any] = msgspec.to_builtins(stands)
    if stands.prompt is not None:
        prompt = stands.prompt
        form = None if prompt.open_answer is None else msgspec.to_builtins(prompt.open_answer)
        body["prompt"] = {
            "step": prompt.step,
            "kind": prompt.kind,
            "text": prompt.text,
            "choices": msgspec.to_builtins(prompt.choices),
            "answer": form,
            "item": prompt.item,
            "compares": prompt.compares,
            "missing": prompt.missing,
            "result": prompt.result,
        }
    return body
