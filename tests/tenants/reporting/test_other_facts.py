"""Customers, contracts and notes as reports count them (CI-5, SP-3, MS-2)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from huifang_core.reports import ContractFigure, CustomerFigure
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.reporting import contract_facts, customer_facts, note_facts
from huifang_tenants.stores.reporting.counting import Selection

from .books import Books, Contract, Obligation
from .conftest import NOW, House

FIRST, LAST = date(2025, 6, 1), date(2025, 6, 30)
SELECTION = Selection("p", start_of_day(FIRST), end_of_day(LAST), None, NOW)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
DUE = start_of_day(date(2025, 6, 10))

CUSTOMER_FIGURES: list[CustomerFigure] = [
    "customers",
    "with_phone",
    "with_id_number",
    "with_address",
    "complete",
]
CONTRACT_FIGURES: list[ContractFigure] = ["held", "sold", "renewable", "renewed"]


async def _one_obligation(scope: Scope, status: str = "open", unit: str = "SD-JN") -> Obligation:
    due_by = None if status == "waiting" else DUE
    made = Obligation(
        new_id(), Contract(new_id(), "P0", None, None), "p", unit, "k", status, due_by, DUE, "phone"
    )
    await Books([made], []).save(scope)
    return made


async def _customer(scope: Scope, number: str, **columns: Any) -> Any:
    id = new_id()
    known = {"id": id, "source": "core", "customer_no": number, "kind": "individual", "name_enc": b"x"}
    row = {**known, "created_at": LONG_AGO, "updated_at": LONG_AGO, **columns}
    await copy(scope, "customer", list(row), [tuple(row.values())])
    return id


async def _twin(scope: Scope, of: Obligation, customer: Any, unit: str = "SD-JN") -> None:
    """The same obligation again, of another customer."""
    await scope.connection.execute(
        "INSERT INTO obligation SELECT (jsonb_populate_record(o, jsonb_build_object("
        " 'id', $2::uuid, 'key', $2::text, 'customer_id', $3::uuid, 'unit', $4::text))).* FROM obligation o WHERE id = $1",
        of.id,
        new_id(),
        customer,
        unit,
    )


async def _call(scope: Scope, customer: Any, outcome: str, at: datetime) -> None:
    staff = await scope.connection.fetchval("SELECT id FROM staff LIMIT 1")
    await copy(
        scope,
        "contact",
        ["id", "customer_id", "staff_id", "channel", "status", "outcome", "started_at", "concluded_at", "personal_enc", "snapshot"],
        [(new_id(), customer, staff, "phone", "concluded", outcome, at, at, b"x", "{}")],
    )  # fmt: skip


async def test_customers_are_complete_with_phone_id_and_address(house: House) -> None:
    """CI-5: a number that the last call found wrong is not usable until something was changed."""
    everything = {"phones_enc": b"x", "identity_blind": b"a", "address_enc": b"x"}
    called = LONG_AGO + timedelta(days=30)
    async with house.scope() as opened:
        first = await _one_obligation(opened)
        whole = await _customer(opened, "WHOLE", **everything)
        wrong = await _customer(opened, "WRONG", **{**everything, "identity_blind": b"b"})
        mended = await _customer(
            opened,
            "MENDED",
            **{**everything, "identity_blind": b"c", "updated_at": called + timedelta(days=1)},
        )
        late = await _customer(opened, "LATE", phones_enc=b"x")
        merged = await _customer(opened, "MERGED", merged_into=whole)
        for customer in (whole, wrong, mended, late, merged):
            await _twin(opened, first, customer)
        await _twin(opened, first, whole, "SD-YT")
        await _call(opened, wrong, "completed", called - timedelta(days=1))
        await _call(opened, wrong, "wrong_number", called)
        await _call(opened, mended, "wrong_number", called)
        await _call(opened, late, "wrong_number", called - timedelta(days=1))
        await _call(opened, late, "no_answer", called)
        counted = await customer_facts.count_customers(opened, ("unit",), CUSTOMER_FIGURES, SELECTION)
        waiting = await customer_facts.count_customers(
            opened,
            ("province", "city"),
            CUSTOMER_FIGURES,
            Selection("other", SELECTION.opens, SELECTION.closes, None, NOW),
        )
    # C1 of the books has nothing on file; the record merged into WHOLE is not a person of its own.
    assert [(row.codes, row.counts) for row in counted.rows] == [
        (("SD-JN",), (5, 3, 3, 3, 2)),
        (("SD-YT",), (1, 1, 1, 1, 1)),
    ]
    assert counted.totals == (6, 4, 4, 4, 3)
    assert (waiting.rows, waiting.totals) == ((), (0, 0, 0, 0, 0))


async def test_contracts_held_sold_and_renewed(house: House) -> None:
    """SP-3: renewed by paying the premium that fell due, or by the next contract of the same line."""
    async with house.scope() as opened:
        await _one_obligation(opened)
        holder, other = [await _customer(opened, number) for number in ("A", "B")]

        async def contract(number: str, seller: str, customer: Any = holder, **columns: Any) -> None:
            row = {
                "id": new_id(), "contract_no": number, "source": "core", "line": "motor", "unit": "SD-JN",
                "seller_no": seller, "policyholder_no": "A", "policyholder_id": customer, "status": "in_force",
                "effective_on": date(2020, 1, 1), "base": "{}", "created_at": LONG_AGO, "updated_at": LONG_AGO, **columns,
            }  # fmt: skip
            await copy(opened, "contract", list(row), [tuple(row.values())])

        async def event(number: str, kind: str, contract_no: str, **payload: str) -> None:
            links = {name: payload.pop(name, None) for name in ("corrects", "retracts")}
            row = {
                "id": new_id(), "source": "core", "event_id": number, "type": kind, "happened_at": LONG_AGO,
                "received_at": LONG_AGO, "contract_no": contract_no, "content_hash": b"x", "status": "accepted",
                "payload": payload, **links,
            }  # fmt: skip
            await copy(opened, "event", list(row), [tuple(row.values())])

        await contract("SOLD", "S1", issued_on=date(2025, 6, 30), effective_on=date(2025, 6, 1))
        await contract("LATER", "S1", effective_on=date(2025, 7, 1), status="pending")
        await contract("PAID", "S1")
        await event("1", "premium.due", "PAID", due_on="2025-06-05")
        await event("2", "premium.paid", "PAID", paid_on="2025-06-20", due_on="2025-06-05")
        await contract("UNPAID", "S2")
        await event("3", "premium.due", "UNPAID", due_on="2025-06-05")
        await event("4", "premium.paid", "UNPAID", paid_on="2025-06-20", due_on="2025-06-05")
        await event("5", "premium.paid", "UNPAID", paid_on="2025-06-20", due_on="2025-06-05", retracts="4")
        await contract("MOVED", "S2")
        await event("6", "premium.due", "MOVED", due_on="2025-06-05")
        await event("7", "premium.due", "MOVED", due_on="2025-07-05", corrects="6")
        await contract("ENDED", "S3", expires_on=date(2025, 6, 30), status="ended")
        await contract("FOLLOWED", "S3", effective_on=date(2025, 8, 29))
        await contract("ALONE", "S3", other, expires_on=date(2025, 6, 1), status="ended")
        counted = await contract_facts.count_contracts(opened, ("seller",), CONTRACT_FIGURES, SELECTION)
    assert {row.codes[0]: row.counts for row in counted.rows} == {
        "S1": (2, 1, 1, 1),
        "S2": (2, 0, 1, 0),
        "S3": (0, 0, 2, 1),
    }
    assert counted.totals == (4, 1, 4, 2)


async def test_notes_are_counted_per_surveyor_and_withdrawn_ones_are_not(house: House) -> None:
    """MS-2: how often answers put something on a surveyor's record."""
    async with house.scope() as opened:
        made = await _one_obligation(opened)
        staff = new_id()
        await copy(
            opened,
            "staff",
            ["id", "staff_no", "name_enc", "unit", "updated_at"],
            [(staff, "V1", b"x", "SD-YT", LONG_AGO)],
        )
        contact, section = new_id(), new_id()
        await copy(
            opened,
            "contact",
            ["id", "customer_id", "staff_id", "channel", "status", "started_at", "personal_enc", "snapshot"],
            [(contact, await _customer(opened, "A"), staff, "phone", "concluded", DUE, b"x", "{}")],
        )
        await copy(
            opened,
            "contact_section",
            ["id", "contact_id", "obligation_id", "position", "script_hash", "state_enc"],
            [(section, contact, made.id, 0, "h", b"x")],
        )
        notes = [("V1", DUE, None), ("V1", DUE, DUE), ("V9", DUE, None), ("V1", SELECTION.closes, None)]
        for step, (person, at, withdrawn) in enumerate(notes):
            id = new_id()
            await copy(
                opened,
                "person_note",
                ["id", "about_kind", "about_ref", "contact_id", "text_enc", "created_at", "withdrawn_at"],
                [(id, "staff", person, contact, b"x", at, withdrawn)],
            )
            await copy(
                opened,
                "effect",
                [
                    "section_id",
                    "step",
                    "index",
                    "sequence",
                    "kind",
                    "document",
                    "carried_out_at",
                    "result_id",
                ],
                [(section, f"s{step}", 0, 0, "note_on_person", {"target": "surveyor"}, at, id)],
            )
        counted = await note_facts.count_notes(
            opened, ("unit", "person", "role", "month"), ["notes"], SELECTION
        )
        of_another = await note_facts.count_notes(
            opened, (), ["notes"], Selection("other", SELECTION.opens, SELECTION.closes, None, NOW)
        )
    assert [(row.codes, row.counts) for row in counted.rows] == [
        (("SD-JN", "V9", "surveyor", "2025-06"), (1,)),
        (("SD-YT", "V1", "surveyor", "2025-06"), (1,)),
    ]
    assert of_another.totals == (0,)
