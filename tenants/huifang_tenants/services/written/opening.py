"""Opening a contact in writing: who is written to next, at which number or address on file, and with which link.

Messages go out within calling hours alone, as calls do (REG-7), but for what is done around the clock. Who can't be written to goes on
to the next rung of the ladder with the reason on record (REG-3), and no attempt is counted.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from huifang_core.called import Called, called_facts
from huifang_core.catalogue import Catalogue
from huifang_core.conditions import Facts, FactValue, definitely_false
from huifang_core.facts import contract_facts
from huifang_core.ladder import Position, answer_by
from huifang_core.obligations import WRITTEN, ObligationDraft
from huifang_core.scripts import Act, End, Identify, Script
from huifang_core.scripts.placeholders import missing_placeholders
from huifang_core.texts import Language, Text

from huifang_tenants.ids import new_id
from huifang_tenants.normalise import normalise_phone
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts import restraints, shares
from huifang_tenants.services.contacts.called import may_be_called
from huifang_tenants.services.contacts.climbing import go_on_without_address
from huifang_tenants.services.contacts.numbers import wrong_numbers
from huifang_tenants.services.contacts.playable import Stage, stage
from huifang_tenants.services.contacts.restraints import restraints_now
from huifang_tenants.services.contacts.starting import (
    begin_sections,
    current_contracts,
    only_playable,
    without_sales,
)
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.look_up import freshness
from huifang_tenants.services.stops import not_stopped
from huifang_tenants.services.written import acting
from huifang_tenants.services.written.identity import can_be_proven
from huifang_tenants.stores import contacts, messages
from huifang_tenants.stores.contacts import NewContact
from huifang_tenants.stores.ledger import Actor, record
from huifang_tenants.stores.messages import Writer
from huifang_tenants.tenant_settings import insurer_name, settings_of
from huifang_tenants.written_channels import BrokenChannel, Ways, WrittenWay, ways_of

Carrier = Literal["email", "sms"]

_MOBILE: Final = "+861"
_TOKEN_BYTES: Final = 24
_MOST_ROUNDS: Final = 20
_HELD_LONGER: Final = timedelta(days=30)
"""How much longer than it waits for its answer a contact keeps what it is about, wall time: it is ended by business time, not by this."""
_CODE_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_CODE_LENGTH: Final = 12


class CannotWrite(Exception):
    """A customer can't be written to by a channel.

    `reason`: not_set_up, no_address (none on file that was not found wrong), identity_unknown (nothing on file by which it could be
    proven in writing), script_spoken (the script is for somebody who speaks).
    """

    def __init__(
        self, reason: Literal["not_set_up", "no_address", "identity_unknown", "script_spoken"]
    ) -> None:
        super().__init__(reason)
        self.reason = reason


class Addressee(msgspec.Struct, frozen=True):
    """Who is written to by a channel; `carrier` and `address` are None where whoever asked for the link brings it."""

    called: Called
    channel: WrittenWay
    carrier: Carrier | None = None
    address: str | None = None


class Opened(msgspec.Struct, frozen=True):
    """A contact just opened: what its first message needs.

    `token` is that of the link, None where the script is played in messages. `carrier` and `sent_to` are None where whoever asked
    for the link brings it to the customer.
    """

    contact_id: UUID
    language: Language
    title: Text
    token: str | None
    code: str
    answer_by: datetime
    carrier: Carrier | None
    sent_to: str | None
    mandatory: bool


def link_hash(token: str) -> bytes:
    """Return by which a link is found: what is stored tells nobody the link."""
    return hashlib.sha256(token.encode()).digest()


async def open_next(scope: Scope, catalogue: Catalogue) -> Opened | None:
    """Open a contact with whoever is to be written to most urgently; None when there is nobody.

    People who can't be written to are passed on to their next rung on the way.
    """
    try:
        ways = ways_of(scope.tenant)
    except BrokenChannel:
        # Nobody is passed on for it: the settings want mending.
        return None
    now = await stage(scope, catalogue)
    passed_on = True
    for _ in range(_MOST_ROUNDS):
        # Who was passed on may have come to another channel in writing.
        if not passed_on:
            break
        passed_on = False
        held, _ = await shares.shut(scope, catalogue, await restraints_now(scope, catalogue))
        writer = Writer(now.playable(), ways.set_up, held)
        for due in await messages.next_due(scope, writer):
            if not await messages.lock_person(scope, due.customer_id):
                continue
            rows = await messages.due_together(scope, writer, due)
            allowed = await shares.give_out(
                scope, catalogue, due.channel, [row["id"] for row in rows], acting(due.channel)
            )
            rows = [row for row in rows if row["id"] in allowed]
            if not rows or not _may_write(scope, rows):
                continue
            opened = await _open(scope, now, ways, rows)
            if opened is not None:
                return opened
            passed_on = True
    return None


async def anything_due(scope: Scope, catalogue: Catalogue) -> bool:
    """Tell whether somebody is to be written to now: a few looks into an index, for every tick."""
    try:
        ways = ways_of(scope.tenant)
    except BrokenChannel:
        return False
    if not settings_of(scope.tenant).calling_hours.allow(scope.now):
        return False
    now = await stage(scope, catalogue)
    writer = Writer(now.playable(), ways.set_up, await restraints_now(scope, catalogue))
    return bool(await messages.next_due(scope, writer))


async def next_in_writing(scope: Scope) -> datetime | None:
    """Return the next instant at which an answer is overdue, or somebody's turn comes where anybody is written to at all."""
    instants = [await messages.next_answer_due(scope)]
    try:
        if ways_of(scope.tenant).set_up:
            hours, turn = settings_of(scope.tenant).calling_hours, await messages.next_turn(scope)
            instants.append(None if turn is None else hours.next(turn))
            instants.append(None if hours.allow(scope.now) else hours.next(scope.now))
    except BrokenChannel:
        pass
    return min((instant for instant in instants if instant is not None), default=None)


async def open_by_hand(
    scope: Scope, catalogue: Catalogue, obligation_id: UUID, language: Language, actor: Actor
) -> Opened:
    """Open the questionnaire of an obligation for a client that brings the link to the customer itself.

    Refuses `not_found`, `state.conflict` for what is not open or in other hands, `written.channel_not_set`, `written.not_in_writing`
    where its turn is with another channel, and `written.impossible` for a script that can't be played in writing.
    """
    ways, now = ways_of(scope.tenant), await stage(scope, catalogue)
    if ways.online is None:
        raise Refused("written.channel_not_set", channel="online")
    row = await messages.lock_obligation(scope, obligation_id)
    if row is None:
        raise Refused("not_found", kind="obligation")
    if row["channel"] not in WRITTEN:
        raise Refused("written.not_in_writing", channel=row["channel"])
    held = row["lease_contact"] is not None or (
        row["lease_until"] is not None and row["lease_until"] > scope.wall_now
    )
    if row["status"] != "open" or held:
        raise Refused(
            "state.conflict", current="in_progress" if held else row["status"], wanted="in_progress"
        )
    await shares.check(scope, catalogue, "online", [obligation_id])
    await restraints.check(scope, catalogue, [obligation_id], row["customer_id"], "online", dialled=False)
    people = (await may_be_called(scope, [obligation_id])).get(obligation_id, ())
    if not people:
        raise Refused("not_found", kind="customer")
    try:
        return await _start(scope, now, ways, [row], Addressee(people[0], "online"), language, actor)
    except CannotWrite as cause:
        raise Refused("written.impossible", reason=cause.reason) from cause


def _check_script(script: Script, facts: Facts, *, by_link: bool) -> None:
    """Raise `CannotWrite` for a script that only a person can lead, or whose proof of identity can't be given in writing."""
    for step in script.steps.values():
        if isinstance(step, Act) or (not isinstance(step, End) and definitely_false(step.when, facts)):
            continue
        if "caller.staff_no" in missing_placeholders(step, facts):
            raise CannotWrite("script_spoken")
        if isinstance(step, Identify) and not (by_link and can_be_proven(step.compares, facts)):
            raise CannotWrite("identity_unknown")


def _may_write(scope: Scope, rows: Sequence[Any]) -> bool:
    return all(row["around_the_clock"] for row in rows) or settings_of(scope.tenant).calling_hours.allow(
        scope.now
    )


async def _open(scope: Scope, now: Stage, ways: Ways, rows: Sequence[Any]) -> Opened | None:
    """Write to the first who may be called about these and can be; what others are to be asked waits for its own turn."""
    channel: WrittenWay = rows[0]["channel"]
    people = await may_be_called(scope, [row["id"] for row in rows])
    try:
        if channel not in ways.set_up:
            raise CannotWrite("not_set_up")
        reached = {
            row["id"]: await _addressee(scope, ways, people.get(row["id"], ()), channel) for row in rows
        }
        first = reached[rows[0]["id"]]
        if first is None:
            raise CannotWrite("no_address")
        together = [row for row in rows if reached[row["id"]] == first]
        return await _start(scope, now, ways, together, first, "zh-CN", acting(channel))
    except CannotWrite as cause:
        reason = cause.reason
    hours = settings_of(scope.tenant).calling_hours
    for row in rows:
        if people.get(row["id"], ()) == people.get(rows[0]["id"], ()):
            await go_on_without_address(scope, row["id"], reason, hours, acting(channel))
    return None


async def _addressee(
    scope: Scope, ways: Ways, people: Sequence[Called], channel: WrittenWay
) -> Addressee | None:
    """Return the first of these people who can be written to, and where: on file, and not found wrong before (ASK)."""
    carriers: tuple[Carrier, ...] = ("sms", "email") if channel == "online" else (channel,)
    for called in people:
        gone = await messages.undeliverable(scope, called.record)
        for carrier in carriers:
            if (ways.sms if carrier == "sms" else ways.email) is None:
                continue
            emails = called.customer.emails if called.customer is not None else ()
            on_file = called.phones if carrier == "sms" else emails
            wrong = await wrong_numbers(scope, called.record, on_file) if on_file else set()
            for place, value in enumerate(on_file):
                is_right_kind = carrier == "email" or normalise_phone(value).startswith(_MOBILE)
                if place not in wrong and value not in gone and is_right_kind:
                    return Addressee(called, channel, carrier, value)
    return None


async def _start(
    scope: Scope,
    now: Stage,
    ways: Ways,
    rows: Sequence[Any],
    to: Addressee,
    language: Language,
    actor: Actor,
) -> Opened:
    """Start the contact. Raises `CannotWrite` where its script can't be played in writing."""
    rows = await without_sales(scope, now, await only_playable(scope, now, rows))
    rows = await not_stopped(scope, rows)
    contract_ids = list(dict.fromkeys(row["contract_id"] for row in rows))
    fresh = await freshness(scope, contract_ids, {})
    current = await current_contracts(scope, contract_ids)
    by_link = ways.online is not None
    personal = called_facts(to.called)
    shared: dict[str, FactValue | None] = {
        "called.party": to.called.party,
        "insurer.name": insurer_name(scope.tenant),
        "caller.staff_no": None,
        # Whatever brings the link, the script is played online.
        "contact.channel": "online" if by_link else to.channel,
    }
    drafts = [msgspec.convert(row["draft"], ObligationDraft) for row in rows]
    for row, draft in zip(rows, drafts, strict=True):
        script, _ = await now.part(scope, row["plugin"], draft)
        _check_script(
            script, {**shared, **personal, **contract_facts(current[row["contract_id"]])}, by_link=by_link
        )
    sections, section_facts, secret = await begin_sections(
        scope, now, rows, current, {**shared, **personal}, None
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES) if by_link else None
    id, code = new_id(), "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    opened = Opened(
        contact_id=id,
        language=language,
        title=drafts[0].title,
        token=token,
        code=code,
        answer_by=min(
            answer_by(
                draft.ladder,
                Position(row["rung"], row["rung_attempts"], row["attempts"]),
                scope.now,
                row["due_by"],
            )
            for row, draft in zip(rows, drafts, strict=True)
        ),
        carrier=to.carrier,
        sent_to=to.address,
        mandatory=any(draft.category == "mandatory" for draft in drafts),
    )
    await contacts.insert(
        scope,
        NewContact(
            id=id,
            customer_id=to.called.record,
            called_party=to.called.party,
            staff_id=None,
            client=None,
            channel=to.channel,
            language=language,
            number=opened.sent_to,
            number_index=None,
            below_province=False,
            visitor_is_seller=False,
            # What goes out from here is an attempt when it has; what a client brings is one from now on.
            dialled_at=None if to.carrier is not None else scope.now,
            facts=shared,
            section_facts=section_facts,
            personal=personal,
            section_personal=secret,
            contracts=fresh,
            answer_by=opened.answer_by,
            link_hash=link_hash(token) if token is not None else None,
            reply_code=code,
        ),
    )
    await contacts.insert_sections(scope, id, sections)
    ids = [row["id"] for row in rows]
    await messages.hold(scope, ids, id, scope.wall_now + (opened.answer_by - scope.now) + _HELD_LONGER)
    await record(
        scope,
        actor,
        "contact.started",
        "contact",
        id,
        [str(one) for one in ids],
        details={
            "channel": to.channel,
            "obligations": [str(one) for one in ids],
            "called": to.called.party,
            "answer_by": opened.answer_by.isoformat(),
        },
    )
    return opened
