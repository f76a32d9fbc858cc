"""Nothing personal stands in plain text anywhere, whatever way it came in (architecture: Evidence)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import ContactPerson
from huifang_core.events import ClaimReported, ClaimSettled, FeedbackReceived, RegistrationOpened, Reporter
from huifang_core.units import Staff
from huifang_tenants.stores.organisation import save_staff

DAY = date(2026, 3, 9)
NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
CANARIES = (
    "370611199406112886", "110101199003070038", "欧阳娜娜", "司马缸", "诸葛钢铁", "上官婉儿", "夏侯惇", "闻人牧月",
    "13988776655", "13977665544", "13966554433", "13955443322", "13944332211", "泰山路七十七号", "nana@example.com",
    "6222020200112233445", "1994-06-11", "她说别再打电话", "皇甫嵩",
)  # fmt: skip
WRONG_ROWS = (
    # Cells that slipped into the wrong column, an ID whose last character is wrong, a row too long.
    "customer_no,kind,name,id_type,id_number,birth_date,phones\n"
    "C1,individual,欧阳娜娜,resident_id,370611199406112887,1994-06-11,13988776655\n"
    "C2,欧阳娜娜,individual,13988776655,resident_id,泰山路七十七号,370611199406112886\n"
    "C3,individual,欧阳娜娜,resident_id,370611199406112886,1994-06-11,13988776655,13977665544\n"
    "370611199406112886,individual,欧阳娜娜,nana@example.com,,,\n"
)


@pytest.fixture
async def admin(house: Any) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(house.admin_url)
    yield connection
    await connection.close()


async def told_everything(insurer: Any, send: Any) -> None:
    """Take in every kind of personal value that there is."""
    nana = send.customer(
        "KP1",
        name="欧阳娜娜",
        id_type="resident_id",
        id_number="370611199406112886",
        birth_date=date(1994, 6, 11),
        phones=("13988776655", "13977665544"),
        emails=("nana@example.com",),
        address="泰山路七十七号",
        contact=ContactPerson("司马缸", "13966554433"),
        legal_representative=ContactPerson("诸葛钢铁", "13955443322"),
    )
    await insurer.take(nana)
    await insurer.issue("P2")
    await insurer.take(
        send.contract("P1"),
        send.event("E1", ClaimReported("CL1", NOON, Reporter("driver", "上官婉儿", "13944332211")), "P1", DAY),
        send.event("E2", ClaimSettled("CL1", "paid", None, DAY, "夏侯惇"), "P1", DAY),
        send.event("E3", FeedbackReceived("complaint", NOON, "她说别再打电话"), "P1", DAY),
        send.event("E4", RegistrationOpened("KP1", bank_account="6222020200112233445"), "P9", DAY),
        send.event("E5", FeedbackReceived("problem", NOON, "闻人牧月"), None, DAY, contract=Contract(
            "P3", "life", "JN", "K3"), customer=send.customer("K3", name="闻人牧月", id_type="resident_id",
                                                              id_number="110101199003070038")),
    )  # fmt: skip
    # Changed, merged, in conflict, refused.
    await insurer.take(send.customer("K4", name="欧阳娜娜"), source="crm")
    await insurer.take(
        send.customer("K4", name="欧阳娜娜", id_type="resident_id", id_number="370611199406112886"),
        source="crm",
    )
    await insurer.take(send.event("E3", FeedbackReceived("complaint", NOON, "欧阳娜娜"), "P1", DAY))
    async with insurer.scope() as opened:
        await save_staff(opened, [Staff("S9", "皇甫嵩", "JN", phone="13944332211")])


async def test_no_canary_is_found_in_any_column_of_any_table(house, insurer, send, admin):
    await told_everything(insurer, send)
    report = await insurer.bring(WRONG_ROWS.encode(), "customers.csv")
    assert report.counts.refused >= 3
    shown = json.dumps([str(problem) for problem in report.problems], ensure_ascii=False)
    rows = await admin.fetch(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ($1, 'control', 'public')",
        insurer.tenant.schema_name,
    )
    assert len(rows) > 25
    texts = {"report": shown}
    for schema, table in rows:
        lines = await admin.fetch(f'SELECT t::text AS line FROM "{schema}"."{table}" t')
        texts[f"{schema}.{table}"] = "\n".join(line["line"] for line in lines)
    statistics = await admin.fetch("SELECT s::text AS line FROM pg_stats s WHERE schemaname = $1",
                                   insurer.tenant.schema_name)  # fmt: skip
    texts["pg_stats"] = "\n".join(line["line"] for line in statistics)
    for place, text in texts.items():
        for canary in CANARIES:
            assert canary not in text, (place, canary)
            # Bytes show as hexadecimal.
            assert canary.encode().hex() not in text, (place, canary)


async def test_everything_sealed_opens_again_for_its_tenant(insurer, send):
    await told_everything(insurer, send)
    async with insurer.scope() as opened:
        rows = await opened.connection.fetch(
            "SELECT id, personal_enc FROM event WHERE personal_enc IS NOT NULL"
        )
        told = [opened.cipher.decrypt_json(row["personal_enc"], "event.personal", row["id"]) for row in rows]
    assert {"payee": "夏侯惇"} in told
    assert {"reporter": {"name": "上官婉儿", "phone": "13944332211"}} in told


async def test_rules_are_handed_nothing_personal(insurer, send, monkeypatch):
    handed = []
    derive = insurer.services.host.derive

    async def listened(subjects, *more):
        handed.append(repr(subjects))
        return await derive(subjects, *more)

    monkeypatch.setattr(insurer.services.host, "derive", listened)
    await told_everything(insurer, send)
    assert handed
    for canary in CANARIES:
        assert all(canary not in text for text in handed), canary
