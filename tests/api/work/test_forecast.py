"""The forecast over HTTP: what the days bring, refused where it makes no sense."""

from typing import Any


async def test_the_days_ahead_are_told_by_unit_and_channel(office: Any, new_contract: Any) -> None:
    await new_contract("F1")
    found = await office.get("/forecast", params={"days": 2, "step": "hour", "unit": "SD"})
    assert (found["step"], found["now"], found["until"]) == (
        "hour",
        "2026-03-10T02:00:00Z",
        "2026-03-11T16:00:00Z",
    )
    first = found["loads"][0]
    assert (first["at"], first["unit"], first["channel"], first["attempts"]) == (
        "2026-03-10T02:00:00Z",
        "JN",
        "phone",
        1,
    )
    assert first["staff"] >= 20, "the callers of the province above, and whoever else may ring"
    assert {load["unit"] for load in found["totals"]} == {None}
    assert (found["overdue"], found["shortfalls"]) == (0, {})


async def test_what_makes_no_sense_is_refused(office: Any) -> None:
    assert await office.problem("GET", "/forecast?days=0") == (400, "validation.failed")
    assert await office.problem("GET", "/forecast?step=week") == (400, "validation.failed")
    assert await office.problem("GET", "/forecast?unit=NOWHERE") == (404, "not_found")
    other = await office.with_scopes("reports:read")
    assert (await other.problem("GET", "/forecast"))[0] == 403
