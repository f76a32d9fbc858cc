"""What SD-3 asks of an organisation, fed by files: trainings, callback policies, callback departments."""

import asyncio
from datetime import date
from typing import Any

import pytest
from huifang_core.readiness import Training
from huifang_core.units import Staff
from huifang_tenants.services.contacts.people import worker
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.readiness import record
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

TODAY = date(2026, 3, 10)
STAFF = [
    {"staff_no": "N1", "name": "新人", "unit": "SD", "roles": "caller", "trained_until": ""},
    {"staff_no": "C1", "name": "李话务", "unit": "SD", "roles": "caller", "trained_until": "2030-12-31"},
]


def training(staff_no: str = "N1", **changes: str) -> dict[str, str]:
    return {
        "staff_no": staff_no,
        "course": "回访合规",
        "held_on": "2026-03-05",
        "passed": "true",
        "valid_until": "2027-03-31",
        "trainer": "钱讲师",
        **changes,
    }


def policy(unit: str = "SD", **changes: str) -> dict[str, str]:
    return {
        "unit": unit,
        "title": "客户回访管理办法",
        "version": "1",
        "approved_on": "2026-01-15",
        "in_force_from": "2026-02-01",
        **changes,
    }


def department(unit: str = "SD", **changes: str) -> dict[str, str]:
    return {"unit": unit, "name": "回访中心", "posts": "8", "head": "C1", **changes}


async def trained_until(insurer: Any, staff_no: str) -> date | None:
    found: date | None = await insurer.value("SELECT trained_until FROM staff WHERE staff_no = $1", staff_no)
    return found


async def works(insurer: Any, staff_no: str) -> bool:
    """Whether this person may be given calls today."""
    async with insurer.scope() as opened:
        try:
            await worker(opened, staff_no, TODAY)
        except Refused as refusal:
            return refusal.code != "staff.untrained"
    return True


@pytest.fixture
async def staffed(insurer: Any) -> Any:
    """An insurer with a caller who was never trained and one who was."""
    await insurer.bring(STAFF, "staff.csv")
    return insurer


async def test_a_training_that_was_passed_lets_somebody_be_given_calls(staffed: Any) -> None:
    """SD-3: an untrained person can't be assigned calls."""
    assert not await works(staffed, "N1")
    report = await staffed.bring([training()], "trainings.csv")
    assert (report.kind, report.counts.accepted, report.problems) == ("trainings", 1, ())
    assert await trained_until(staffed, "N1") == date(2027, 3, 31)
    assert await works(staffed, "N1")


@pytest.mark.parametrize("changes", [{"passed": "false"}, {"passed": "false", "valid_until": ""}])
async def test_one_that_was_not_passed_does_not(staffed: Any, changes: dict[str, str]) -> None:
    assert (await staffed.bring([training(**changes)], "trainings.csv")).counts.accepted == 1
    assert await trained_until(staffed, "N1") is None
    assert not await works(staffed, "N1")


async def test_a_training_extends_what_the_personnel_system_says_and_never_shortens_it(staffed: Any) -> None:
    await staffed.bring([training("C1"), training("N1")], "trainings.csv")
    assert await trained_until(staffed, "C1") == date(2030, 12, 31)
    # The personnel system sends the same again, and then a day of its own.
    report = await staffed.bring(STAFF, "staff.csv")
    assert (report.counts.accepted, report.counts.unchanged) == (0, 2)
    assert await trained_until(staffed, "N1") == date(2027, 3, 31)
    for stated, counts in (("2026-12-31", date(2027, 3, 31)), ("2028-01-31", date(2028, 1, 31))):
        await staffed.bring([{**STAFF[0], "trained_until": stated}], "staff.csv")
        assert await trained_until(staffed, "N1") == counts


async def test_a_correction_takes_back_what_a_training_gave(staffed: Any) -> None:
    await staffed.bring([training(), training(course="录音规范", valid_until="2026-06-30")], "trainings.csv")
    report = await staffed.bring([training(passed="false")], "trainings.csv")
    assert report.counts.accepted == 1
    assert await trained_until(staffed, "N1") == date(2026, 6, 30)
    assert await staffed.value("SELECT count(*) FROM staff_training") == 2
    actions = await staffed.fetch("SELECT action FROM ledger WHERE subject_kind = 'training' ORDER BY at, id")
    assert [row["action"] for row in actions] == [
        "training.recorded",
        "training.recorded",
        "training.corrected",
    ]


async def test_the_same_files_again_change_nothing(staffed: Any) -> None:
    files = {
        "trainings.csv": [training(), training(held_on="2026-01-01")],
        "callback_policies.csv": [policy(), policy(version="2", in_force_from="2026-04-01"), policy("JN")],
        "callback_departments.csv": [department(), department("JN", head="")],
    }
    for name, rows in files.items():
        assert (await staffed.bring(rows, name)).counts.accepted == len(rows)
    before = await staffed.known()
    for name, rows in files.items():
        counts = (await staffed.bring(rows, name)).counts
        assert (counts.accepted, counts.unchanged, counts.refused) == (0, len(rows), 0)
    assert await staffed.known() == before


async def test_every_version_of_a_policy_stays_on_file(staffed: Any) -> None:
    await staffed.bring([policy(), policy(version="2", in_force_from="2026-04-01")], "callback_policies.csv")
    await staffed.bring([policy(title="回访管理办法(修订)")], "callback_policies.csv")
    [on_file] = await staffed.fetch("SELECT callback_policies FROM unit WHERE code = 'SD'")
    kept = [(one["policy"]["version"], one["policy"]["title"]) for one in on_file["callback_policies"]]
    assert kept == [("1", "回访管理办法(修订)"), ("2", "客户回访管理办法")]
    assert len({one["id"] for one in on_file["callback_policies"]}) == 2


async def test_rows_that_name_nobody_are_refused_and_the_others_go_in(staffed: Any) -> None:
    for name, rows, code in (
        ("trainings.csv", [training("NOBODY"), training()], "unknown_staff"),
        ("callback_policies.csv", [policy("NOWHERE"), policy()], "unknown_unit"),
        ("callback_departments.csv", [department("NOWHERE"), department()], "unknown_unit"),
        ("callback_departments.csv", [department(head="NOBODY"), department("JN")], "unknown_staff"),
    ):
        report = await staffed.bring(rows, name)
        assert (report.status, report.counts.accepted, report.counts.refused) == ("done", 1, 1), name
        assert [(line, problem.code) for line, problem in report.problems] == [(2, code)]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("trainings.csv", [training(), training("NOBODY")]),
        ("callback_policies.csv", [policy(), policy("NOWHERE")]),
        ("callback_departments.csv", [department(), department("JN", head="NOBODY")]),
    ],
)
async def test_a_strict_import_takes_in_none_of_them(
    staffed: Any, name: str, rows: list[dict[str, str]]
) -> None:
    before = await staffed.known()
    report = await staffed.bring(rows, name, strict=True)
    assert (report.status, report.counts.accepted, report.counts.refused) == ("refused", 0, 1)
    assert await staffed.known() == before


async def test_a_row_later_in_the_file_corrects_an_earlier_one(staffed: Any) -> None:
    rows = [training(valid_until="2028-01-01"), training(valid_until="2027-01-01")]
    assert (await staffed.bring(rows, "trainings.csv")).counts.accepted == 2
    assert await trained_until(staffed, "N1") == date(2027, 1, 1)


async def test_the_trainer_is_encrypted_and_the_ledger_names_no_one(staffed: Any) -> None:
    await staffed.bring([training(trainer="金丝雀")], "trainings.csv")
    stored = await staffed.dump()
    assert not [table for table, rows in stored.items() if any("金丝雀" in row for row in rows)]
    [row] = await staffed.fetch("SELECT details FROM ledger WHERE action = 'training.recorded'")
    assert row["details"] == {"staff_no": "N1", "passed": True, "valid_until": "2027-03-31"}


async def test_staff_and_trainings_that_come_in_at_once_lose_nothing(staffed: Any) -> None:
    """Whichever comes second sees the other's day, and neither waits for ever."""

    async def trained(n: int) -> None:
        async with staffed.scope() as opened:
            row = Training("N1", f"课程{n}", date(2026, 3, 1), True, date(2027, 1, n))
            await record(opened, [(1, row)], Actor("test"))

    async def stated(n: int) -> None:
        async with staffed.scope() as opened:
            person = Staff("N1", "新人", "SD", ("caller",), trained_until=date(2026, 6, n))
            await save_staff(opened, [person])

    await asyncio.gather(*(work(n) for n in range(1, 9) for work in (trained, stated)))
    assert await trained_until(staffed, "N1") == date(2027, 1, 8)
    assert await staffed.value("SELECT count(*) FROM staff_training") == 8
