"""Kept queries say what Piccolo would say, constants and slots in their places, and the database understands every one."""

from datetime import UTC, datetime
from types import ModuleType

import pytest
from huifang_tenants.ids import new_id
from huifang_tenants.stores.queries import Kept, Slot, any_of, json_text, pair_in, slots_for, together
from huifang_tenants.tables.customers import CustomerRef
from huifang_tenants.tables.obligations import Obligation
from huifang_tenants.tables.oversight import Alarm, Notice
from piccolo.querystring import QueryString

NOW = datetime(2026, 3, 10, tzinfo=UTC)
INSERT = Kept(Alarm.insert(slots_for(Alarm)))


def alarm(subject: str, details: object = None, cleared_at: datetime | None = None) -> dict[str, object]:
    return {
        "id": new_id(),
        "kind": "case_overdue",
        "subject": subject,
        "details": details,
        "raised_at": NOW,
        "cleared_at": cleared_at,
    }


def test_slots_are_numbered_as_they_stand_and_constants_are_written_out():
    kept = Kept(
        Obligation.update({Obligation.lease_until: Slot("until"), Obligation.lease_staff: None}).where(
            Obligation.lease_contact == Slot("contact"),
            Obligation.status == "open",
            Obligation.rung == 0,
            Obligation.provisional.eq(True),
            Obligation.updated_at < Slot("until"),
        )
    )
    assert kept.slots == ["until", "contact", "until"]
    assert '"lease_until" = $1, "lease_staff" = NULL' in kept.sql
    assert '"lease_contact" = $2' in kept.sql
    assert """"status" = 'open'""" in kept.sql
    assert '"rung" = 0' in kept.sql
    assert '"provisional" = true' in kept.sql
    assert '"updated_at" < $3' in kept.sql


def test_a_quote_in_a_constant_ends_nothing():
    assert Kept(Alarm.select(Alarm.id).where(Alarm.kind == "o'clock")).sql.endswith("= 'o''clock'")


@pytest.mark.parametrize("value", [b"\x00", NOW, 1.5, ["open"]])
def test_what_has_no_plain_form_must_be_given_by_a_slot(value):
    with pytest.raises(TypeError, match="give it by a slot"):
        Kept(Alarm.select(Alarm.id).where(QueryString("{} = {}", Alarm.kind, value)))


async def test_a_kept_query_runs_with_the_values_of_each_call(inside):
    async with inside() as opened:
        select = Kept(
            Alarm.select(Alarm.subject, Alarm.details)
            .where(Alarm.kind == "case_overdue", Alarm.subject == any_of(Slot("subjects")))
            .order_by(Alarm.subject)
        )
        await INSERT.run(opened, **alarm("a", {"单位": "济南"}))
        await INSERT.run_each(opened, [alarm("b", {}), alarm("c", {"at": NOW})])
        assert [tuple(row) for row in await select.rows(opened, subjects=["a", "c", "x"])] == [
            ("a", {"单位": "济南"}),
            ("c", {"at": "2026-03-10T00:00:00Z"}),
        ]
        first = await select.row(opened, subjects=["b"])
        assert first is not None
        assert first["subject"] == "b"
        assert await select.row(opened, subjects=[]) is None


async def test_a_value_that_is_missing_is_told_before_anything_runs(inside):
    async with inside() as opened:
        with pytest.raises(KeyError, match="raised_at"):
            await INSERT.run(
                opened, **{name: value for name, value in alarm("a").items() if name != "raised_at"}
            )


async def test_any_of_none_is_nothing(inside):
    async with inside() as opened:
        await INSERT.run(opened, **alarm("a", {}))
        assert await Alarm.select(Alarm.id).where(Alarm.subject == any_of([])) == []
        assert len(await Alarm.select(Alarm.id).where(Alarm.subject == any_of({"a", "b"}))) == 1


async def test_pairs_match_as_pairs(inside):
    async with inside() as opened:
        await INSERT.run_each(opened, [alarm("a", {}), alarm("b", {}, cleared_at=NOW)])
        matching = Alarm.select(Alarm.subject)
        pairs = pair_in((Alarm.kind, Alarm.subject), ["case_overdue", "other"], ["a", "b"])
        assert await matching.where(pairs) == [{"subject": "a"}]
        assert (
            await CustomerRef.exists().where(pair_in((CustomerRef.source, CustomerRef.customer_no), [], []))
            is False
        )


async def test_json_text_keeps_characters_and_writes_instants_as_the_database_does(inside):
    async with inside() as opened:
        await Alarm.insert(Alarm({**dict.fromkeys(Alarm.all_columns()), Alarm.id: new_id(), Alarm.kind: "k",
                                  Alarm.subject: "s", Alarm.details: json_text({"日": NOW}), Alarm.raised_at: NOW}))  # fmt: skip
        written = await opened.connection.fetchval("SELECT details::text FROM alarm")
        assert written == '{"日":"2026-03-10T00:00:00Z"}'


def test_columns_written_out_once_select_and_join_the_same():
    addressee = Notice.staff_id.staff_no
    columns = (
        *Notice.all_columns(exclude=[Notice.staff_id]),
        addressee.as_alias("staff_no"),
        QueryString("{} IS NOT NULL AND {} <> {}", Notice.seen_at, Notice.kind, "x", alias="seen"),
    )
    one_by_one = Notice.select(*columns).where(addressee == "C1").order_by(Notice.id)
    assert str(Notice.select(*together(*columns)).where(addressee == "C1").order_by(Notice.id)) == str(
        one_by_one
    )


@pytest.mark.parametrize("value", [Slot("now"), "{}"])
def test_columns_written_out_once_hold_neither_slots_nor_braces(value):
    with pytest.raises(TypeError, match="written out once"):
        together(Alarm.id, QueryString("{} <= {}", Alarm.subject, value, alias="before"))


async def test_the_database_understands_every_kept_query(inside, store_modules: list[ModuleType]):
    async with inside() as opened:
        kept = [
            value for module in store_modules for value in vars(module).values() if isinstance(value, Kept)
        ]
        assert len(kept) > 40
        for query in kept:
            await opened.connection.prepare(query.sql)
