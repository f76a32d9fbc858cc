"""The limit of conducting contacts over HTTP: the API's statements behind a plain ASGI callable.

No framework, no authorisation, no checks, and no script is interpreted: what each answer leads to was played beforehand
(`ways`). It serves the four requests of a smooth contact with one obligation, and no others. One worker only: which way a
contact is on is kept in memory.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from huifang_api.settings import load_settings
from huifang_core.obligations import LATE_COMPLETION
from huifang_core.windows import day_of, start_of_day
from huifang_tenants.database import Database
from huifang_tenants.ids import new_id
from huifang_tenants.keys import MasterKeys
from huifang_tenants.provisioning import runtime_url
from huifang_tenants.registry import TenantRegistry
from huifang_tenants.scope import Scope, in_scope
from huifang_tenants.services.contacts.numbers import number_to_dial
from huifang_tenants.stores import (
    contacts,
    contracts,
    customers,
    event_links,
    filings,
    look_ups,
    parties,
    people,
    plugins,
    queue,
    restraints,
    stops,
)
from huifang_tenants.stores.contacts import NewContact, NewSection, StoredContact
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.organisation import staff_by_number
from huifang_tenants.stores.reading import contacts as reading
from huifang_tenants.stores.reading import work
from huifang_tenants.stores.restraints import Restraints
from huifang_tenants.tenant import Tenant

from bench import contact_sql as sql
from bench.ways import Way, Ways

WAYS_VARIABLE = "BENCH_WAYS"
"""Names the file of the ways, msgpack, in the environment of the server."""

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_LEASE = timedelta(minutes=30)
_CHANNELS = ("phone", "letter")
_CLIENT = "hfc_000000000000000000000000"
_PREFIX = "/api/v1"
_json = msgspec.json.Encoder()


def create() -> "BareApp":
    """The app for this process, by its environment."""
    settings = load_settings()
    assert settings.database_url is not None
    keys = MasterKeys.load(settings.keys_file)
    database = Database(runtime_url(settings.database_url, keys), max_connections=settings.pool_size)
    ways = msgspec.msgpack.decode(Path(os.environ[WAYS_VARIABLE]).read_bytes(), type=Ways)
    return BareApp(database, keys, ways)


class BareApp:
    """An ASGI application for one tenant."""

    def __init__(self, database: Database, keys: MasterKeys, ways: Ways) -> None:
        self._database, self._keys, self._ways = database, keys, ways
        self._tenant: Tenant | None = None
        self._under_way: dict[UUID, Way] = {}

    async def __call__(self, facts: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if facts["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        data = msgspec.json.decode(await _body(receive))
        path = facts["path"].removeprefix(_PREFIX).split("/")
        body = await in_scope(self._database, self._found(), lambda scope: self._serve(scope, path, data))
        content = _json.encode(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._database.start()
        self._tenant = await TenantRegistry(self._database, self._keys).by_slug(self._ways.slug)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._database.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _found(self) -> Tenant:
        assert self._tenant is not None
        return self._tenant

    async def _serve(self, scope: Scope, path: list[str], data: Message) -> Message:
        match path:
            case ["", "queue", "claim"]:
                return await _claim(scope, data["staff_no"], self._ways.playable)
            case ["", "contacts"]:
                return await self._start(scope, UUID(data["obligation_id"]), data["staff_no"])
            case ["", "contacts", contact_id, "answers"]:
                return await self._answer(scope, UUID(contact_id))
            case ["", "contacts", contact_id, "outcome"]:
                return await _conclude(scope, UUID(contact_id), data["outcome"])
        raise ValueError(f"nothing is served at {path}")

    async def _start(self, scope: Scope, obligation_id: UUID, staff_no: str) -> Message:
        staff = await staff_by_number(scope, staff_no)
        assert staff is not None
        leased = await queue.leased_with(scope, await queue.standing_for(scope, obligation_id), staff.id)
        await plugins.switched_on(scope)
        today = day_of(scope.now)
        await filings.in_force(scope, today)
        customer_id: UUID = leased[0]["customer_id"]
        leased_ids = [row["id"] for row in leased]
        await stops.of_obligations(scope, leased_ids)
        await parties.calls(scope, leased_ids)
        customer = await customers.read(scope, customer_id)
        assert customer is not None
        await people.is_held(scope, customer_id)
        await number_to_dial(scope, customer_id, customer.phones)
        await plugins.load_settings(scope)
        held = Restraints(start_of_day(today), 3)
        await restraints.hold_back(scope, leased_ids, held)
        await restraints.hold_person(scope, customer_id)
        await restraints.calls_to(scope, customer_id, held.day)
        await look_ups.known(scope, [row["contract_id"] for row in leased])
        numbers = await scope.connection.fetch(sql.CONTRACT_NUMBERS, [row["contract_id"] for row in leased])
        stored = await contracts.by_numbers(scope, (row["contract_no"] for row in numbers))
        await event_links.histories(scope, stored)
        (contract,) = stored.values()
        way = self._ways.by_product[contract.base.product_code or ""]
        await contacts.keep_script(scope, way.plugin, way.script, way.script_hash)
        id = new_id()
        await contacts.insert(
            scope,
            NewContact(
                id=id,
                customer_id=customer_id,
                staff_id=staff.id,
                client=_CLIENT,
                channel=leased[0]["channel"],
                language="zh-CN",
                number=customer.phones[0],
                number_index=0,
                below_province=False,
                visitor_is_seller=False,
                dialled_at=scope.now,
                facts=way.facts,
                section_facts=way.section_facts,
                personal=way.personal,
            ),
        )
        await contacts.insert_sections(scope, id, [NewSection(leased[0]["id"], way.script_hash, way.state)])
        ids = [row["id"] for row in leased]
        await scope.connection.execute(sql.TIE_TO_CONTACT, ids, id, scope.wall_now + _LEASE)
        named = [str(id) for id in ids]
        details = {"channel": leased[0]["channel"], "obligations": named}
        await record(scope, _actor(staff_no), "contact.started", "contact", id, named, details=details)
        await contacts.load(scope, id)
        self._under_way[id] = way
        return {**way.body, "contact_id": id}

    async def _answer(self, scope: Scope, contact_id: UUID) -> Message:
        actor, contact = await _in_hand(scope, contact_id)
        (section,) = contact.sections
        step = self._under_way[contact_id].steps[len(section.state.answers)]
        await contacts.add_answers(scope, section.id, step.answers, scope.now)
        await contacts.save_section(
            scope, section.id, step.state, completed=step.completed, affirmative=step.affirmative
        )
        await queue.extend(scope, contact_id, scope.wall_now + _LEASE)
        if step.identity_passed != contact.identity_passed:
            await scope.connection.execute(sql.IDENTITY_PASSED, contact_id, step.identity_passed)
        answers = [msgspec.to_builtins(answer) for answer in step.answers]
        details = {"section": 0, "steps": [answer.step for answer in step.answers], "effects": 0}
        await record(scope, actor, "contact.answered", "contact", contact_id, answers, details=details)
        return {**step.body, "contact_id": contact_id}


async def _claim(scope: Scope, staff_no: str, playable: queue.Playable) -> Message:
    staff = await staff_by_number(scope, staff_no)
    assert staff is not None
    await plugins.switched_on(scope)
    await filings.in_force(scope, day_of(scope.now))
    await plugins.load_settings(scope)
    held = Restraints(start_of_day(day_of(scope.now)), 3)
    claimer = queue.Worker(staff.id, staff_no, staff.unit, scope.wall_now - _LEASE, playable, held)
    found = await queue.claim(scope, claimer, _CHANNELS, scope.wall_now + _LEASE, calling=True)
    assert found is not None
    ids, customer_id = found.ids, found.customer_id
    await parties.calls(scope, ids)
    customer = await customers.read(scope, customer_id)
    assert customer is not None
    await people.is_held(scope, customer_id)
    await number_to_dial(scope, customer_id, customer.phones)
    details = {"obligations": [str(id) for id in ids]}
    await record(
        scope, _actor(staff_no), "obligation.claimed", "obligation", ids[0], details, details=details
    )
    rows = await work.claimed_obligations(scope, ids)
    restrictions = await work.restrictions(scope, customer_id)
    obligations = [{key: value for key, value in row.items() if key != "trace"} for row in rows]
    return {"obligations": obligations, "customer": {"id": customer_id, "restrictions": restrictions}}


async def _conclude(scope: Scope, contact_id: UUID, outcome: str) -> Message:
    actor, contact = await _in_hand(scope, contact_id)
    (section,) = contact.sections
    await scope.connection.execute(
        sql.CONCLUDE, contact_id, outcome, scope.now, None, True, True, True, True, None
    )
    await contracts.hold(scope, [section.contract_id])
    id = await queue.standing_for(scope, section.obligation_id)
    await scope.connection.execute(
        sql.COMPLETE, id, scope.now, contact_id, contact.channel, [*LATE_COMPLETION, "waiting"]
    )
    await scope.connection.execute(sql.CONTRACT_MOVED_ON, section.contract_id)
    content = [str(contact_id), contact.channel, section.affirmative]
    await record(scope, actor, "obligation.completed", "obligation", id, content)
    await scope.connection.fetch(sql.EVIDENCE, contact_id)
    await scope.connection.execute(sql.SECTION_SUCCESSFUL, section.id, False)
    standing = await queue.standing_for(scope, section.obligation_id)
    await scope.connection.execute(sql.OBLIGATION_SUCCESSFUL, standing, contact_id, False)
    await queue.release(scope, contact_id)
    details = {"outcome": outcome}
    await record(scope, actor, "contact.concluded", "contact", contact_id, [outcome], details=details)
    row = await reading.get_contact(scope, contact_id)
    served = await work.served_obligations(scope, contact_id)
    left_out = ("number_enc", "note_enc", "snapshot", "sections", "evidence")
    summary = {key: value for key, value in (row or {}).items() if key not in left_out}
    return {**summary, "obligations": served}


async def _in_hand(scope: Scope, contact_id: UUID) -> tuple[Actor, StoredContact]:
    """Who works on a contact, and the contact, locked."""
    staff_no = await scope.connection.fetchval(sql.HOLDER, contact_id)
    contact = await contacts.load(scope, contact_id, lock=True)
    assert contact is not None
    return _actor(staff_no), contact


def _actor(staff_no: str) -> Actor:
    return Actor(f"client:{_CLIENT}", staff_no)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
