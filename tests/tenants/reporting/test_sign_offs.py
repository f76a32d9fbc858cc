"""Figures signed off stay what they were; what comes in later shows as a difference, with what caused it (CI-4, PC-5)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from asyncpg.exceptions import InsufficientPrivilegeError
from huifang_core.catalogue import PluginEntry
from huifang_core.derive import SettingsVersion
from huifang_core.reports import Count, ObligationTable, Report
from huifang_core.texts import text
from huifang_core.units import Staff
from huifang_core.windows import end_of_day, start_of_day
from huifang_tenants.ids import new_id
from huifang_tenants.scope import Scope
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.report_tables import ReportResult
from huifang_tenants.services.sign_offs import Compared, compare, read, sign_off
from huifang_tenants.stores.bulk import copy
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff
from huifang_tenants.stores.plugins import add_settings
from huifang_tenants.stores.reading.keyset import Page
from huifang_tenants.stores.sign_offs import SignOffFilter, list_sign_offs

from .books import Books, Contract, Obligation, random_books
from .conftest import NOW, House
from .test_run_report import ENTRY

FIRST, LAST = date(2025, 5, 20), date(2025, 7, 14)
LEADER = Actor("client:test", "L1")
STAFF = (
    Staff("L1", "张一", "SD", ("team_leader",)),
    Staff("C1", "张二", "SD", ("caller",)),
    Staff("X1", "张三", "SD", ("team_leader",), active_until=date(2025, 7, 14)),
)


@pytest.fixture
async def books(house: House) -> Books:
    made = random_books(5, opens=start_of_day(FIRST), closes=end_of_day(LAST), now=NOW)
    async with house.scope() as opened:
        await made.save(opened)
        await save_staff(opened, STAFF)
    return made


async def sign(
    house: House, entry: PluginEntry | None = ENTRY, report: str = "overview", last: date = LAST
) -> UUID:
    async with house.scope() as opened:
        return await sign_off(opened, entry, report, FIRST, last, None, LEADER, "六月报送")


async def compared(house: House, id: UUID, entry: PluginEntry | None = ENTRY) -> Compared:
    async with house.scope(read_only=True) as opened:
        return await compare(opened, id, entry)


async def _event(scope: Scope, contract_no: str, type_: str, received_at: datetime) -> None:
    row = {
        "id": new_id(), "source": "core", "event_id": f"late-{type_}-{contract_no}", "type": type_,
        "happened_at": received_at - timedelta(days=30), "received_at": received_at, "contract_no": contract_no,
        "content_hash": b"x", "status": "accepted",
    }  # fmt: skip
    await copy(scope, "event", list(row), [tuple(row.values())])


async def test_what_nobody_touched_has_no_difference(house: House, books: Books) -> None:
    id = await sign(house)
    found = await compared(house, id)
    assert found.present == found.signed
    assert (found.differences, found.not_comparable, found.causes, found.causes_total) == ((), (), (), 0)
    assert found.intact
    assert found.sign_off.signed_by == "L1"
    assert found.sign_off.note == "六月报送"


async def test_later_facts_show_as_differences_and_leave_the_figures_signed_alone(
    house: House, books: Books
) -> None:
    """DEC-2: an obligation that was overdue when it was reported is late now, in its row and in the total."""
    overdue = next(
        o for o in books.obligations if _counts(o) and o.status in ("open", "unreachable", "expired")
    )
    id = await sign(house, BY_UNIT, "units")
    async with house.scope() as opened:
        await opened.connection.execute(
            "UPDATE obligation SET status = 'completed', completed_at = $2, completed_channel = 'phone' WHERE id = $1",
            overdue.id,
            NOW + timedelta(hours=1),
        )
        await _event(opened, overdue.contract.number, "callback.completed", NOW + timedelta(hours=1))
        await _event(opened, overdue.contract.number, "premium.paid", NOW - timedelta(hours=1))
    found = await compared(house, id, BY_UNIT)
    table, before, after = _tables(found)
    moved = {(d.measure, len(d.dimensions)): (d.signed, d.present) for d in found.differences}
    assert {measure for measure, _ in moved} == {"done_late", "overdue"}
    assert moved["overdue", 0] == (before["overdue"], before["overdue"] - 1)
    assert moved["done_late", 0] == (before["done_late"], before["done_late"] + 1)
    assert (after["overdue"], after["done_late"]) == (before["overdue"] - 1, before["done_late"] + 1)
    [row] = {d.dimensions[0].code for d in found.differences if d.dimensions}
    assert row == overdue.unit
    assert table == "by_unit"
    [cause] = found.causes
    assert (cause.kind, cause.what, cause.contract_no) == (
        "event",
        "callback.completed",
        overdue.contract.number,
    )


async def test_a_row_that_came_or_went_is_a_difference_from_nothing(house: House) -> None:
    contract = Contract(new_id(), "P1", None, None)
    due = Obligation(new_id(), contract, "p", "SD", "k", "open", start_of_day(date(2025, 6, 3)), NOW, "phone")
    async with house.scope() as opened:
        await Books([due], []).save(opened)
        await save_staff(opened, STAFF)
    id = await sign(house, BY_UNIT, "units")
    async with house.scope() as opened:
        await opened.connection.execute("UPDATE obligation SET unit = 'LN'")
    differences = {
        (d.dimensions[0].code, d.measure): (d.signed, d.present)
        for d in (await compared(house, id, BY_UNIT)).differences
    }
    assert differences == {
        ("SD", "due"): (1, 0),
        ("SD", "overdue"): (1, 0),
        ("LN", "due"): (0, 1),
        ("LN", "overdue"): (0, 1),
    }


async def test_new_settings_and_another_definition_are_told(house: House, books: Books) -> None:
    id = await sign(house)
    async with house.scope() as opened:
        await add_settings(opened, SettingsVersion("p", 1, {}, {}), enabled=True, changed_by="test")
    measures = (
        Count("due", text("应回访", "due"), "due"),
        Count("waiting", text("等待", "waiting"), "waiting"),
    )
    other = Report("overview", text("总览", "Overview"), ("REG-2",), (ObligationTable("by_branch", text("分机构", "By branch"), ("province", "kind", "month"), measures),))  # fmt: skip
    found = await compared(house, id, msgspec.structs.replace(ENTRY, reports=(other,)))
    assert set(found.not_comparable) == {
        "problems",
        "by_branch/success_rate",
        "by_branch/voided_rate",
        "by_branch/waiting",
    }
    assert [(cause.kind, cause.what, cause.reference) for cause in found.causes] == [("settings", "p", "1")]


async def test_figures_are_kept_to_the_letter_and_in_the_ledger(house: House, books: Books) -> None:
    """GEN-2: nobody changes what was signed, and its hash stands where it was written when."""
    id = await sign(house)
    async with house.scope() as opened:
        document = await opened.connection.fetchval("SELECT document::text FROM report_sign_off")
        noted = await opened.connection.fetchrow(
            "SELECT actor, on_behalf_of, details FROM ledger WHERE subject_id = $1", id
        )
        found, result, intact = await read(opened, id)
    assert sha256(document.encode()).hexdigest() == found.sha256 == noted["details"]["sha256"]
    assert (noted["actor"], noted["on_behalf_of"]) == ("client:test", "L1")
    assert intact
    assert any(isinstance(value, Decimal) for value in result.tables[0].totals)
    assert msgspec.json.decode(document, type=ReportResult) == result
    with pytest.raises(InsufficientPrivilegeError):
        async with house.scope() as opened:
            await opened.connection.execute("UPDATE report_sign_off SET note = 'x'")


async def test_without_its_plugin_the_figures_signed_are_still_there(house: House, books: Books) -> None:
    id = await sign(house)
    found = await compared(house, id, None)
    assert found.present is None
    assert found.differences == ()
    assert found.signed.tables


async def test_the_kernels_own_report_can_be_signed_and_sign_offs_are_listed(
    house: House, books: Books
) -> None:
    first, second = await sign(house), await sign(house, None, "organisation_readiness")
    async with house.scope(read_only=True) as opened:
        everything = await list_sign_offs(opened, SignOffFilter(), Page(limit=10, descending=True))
        of_plugin = await list_sign_offs(
            opened, SignOffFilter(plugin="p", signed_by="L1"), Page(limit=10, descending=True)
        )
    assert [row["id"] for row in everything.rows] == [second, first]
    assert [row["id"] for row in of_plugin.rows] == [first]
    assert (await compared(house, second, None)).differences == ()


@pytest.mark.parametrize(
    ("staff_no", "last", "code"),
    [
        ("C1", LAST, "staff.not_permitted"),
        ("X1", LAST, "staff.not_active"),
        ("??", LAST, "staff.not_found"),
        (None, LAST, "staff.not_found"),
        ("L1", date(2025, 7, 15), "report.period_open"),
        ("L1", date(2025, 5, 1), "report.period_invalid"),
    ],
)
async def test_who_may_not_sign_and_what_is_not_over(
    house: House, books: Books, staff_no: str | None, last: date, code: str
) -> None:
    """PC-5: those who answer for the figures sign them, once the period is over."""
    with pytest.raises(Refused) as refused:
        async with house.scope() as opened:
            await sign_off(opened, ENTRY, "overview", FIRST, last, None, Actor("client:test", staff_no))
    assert refused.value.code == code
    with pytest.raises(Refused) as unknown:
        await compared(house, new_id())
    assert unknown.value.code == "not_found"


BY_UNIT = msgspec.structs.replace(
    ENTRY,
    reports=(
        Report(
            "units",
            text("分机构", "By unit"),
            ("REG-2",),
            (
                ObligationTable(
                    "by_unit",
                    text("分机构", "By unit"),
                    ("unit",),
                    tuple(
                        Count(name, text(name, name), name)  # type: ignore[arg-type]
                        for name in ("due", "overdue", "done_late")
                    ),
                ),
            ),
        ),
    ),
)


def _counts(obligation: Obligation) -> bool:
    if obligation.plugin != "p" or obligation.due_by is None:
        return False
    return start_of_day(FIRST) < obligation.due_by <= min(end_of_day(LAST), NOW)


def _tables(found: Compared) -> tuple[str, dict[str, int], dict[str, int]]:
    """The table's id, and its totals signed and present, by measure."""
    assert found.present is not None
    before, after = (
        dict(zip((c.id for c in result.tables[0].measures), result.tables[0].totals, strict=True))
        for result in (found.signed, found.present)
    )
    return found.signed.tables[0].id, before, after  # type: ignore[return-value]
