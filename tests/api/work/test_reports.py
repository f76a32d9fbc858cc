"""Reports over HTTP: the same figures in every format."""

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

ENGLISH = {"Accept-Language": "en"}
PATH = "/reports/shandong_life/callback_overview?from=2026-03-01&to=2026-03-31"


@pytest.fixture(scope="module", autouse=True)
async def a_day_of_work(office: Any, event_of: Any, contract_of: Any, customer_of: Any) -> None:
    """Five callbacks, of which two are tried and one is reached."""
    for number in range(5):
        name = f"T{number}"
        event = event_of(
            f"issued-{name}",
            "contract.issued",
            contract_no=name,
            contract=contract_of(name),
            customer=customer_of(name),
        )
        await office.post("/events", event, status=202)
    for outcome in ("no_answer", "refused"):
        work = await office.post("/queue/claim", {"staff_no": "C01"})
        body = {"obligation_id": work["obligations"][0]["id"], "staff_no": "C01"}
        standing = await office.post("/contacts", body, status=201)
        await office.post(f"/contacts/{standing['contact_id']}/outcome", {"outcome": outcome})


async def test_the_reports_there_are(office: Any) -> None:
    items = (await office.get("/reports"))["items"]
    assert [(r["plugin"], r["id"]) for r in items] == [
        ("core", "organisation_readiness"),
        ("shandong_life", "callback_overview"),
    ]
    assert items[1]["cites"]


async def test_figures_count_what_was_done(office: Any) -> None:
    report = await office.get(PATH)
    assert (report["insurer"], report["period_first"], report["unit"]) == ("泰岳人寿", "2026-03-01", None)
    tables = {table["id"]: table for table in report["tables"]}
    table = tables["by_channel"]
    figures = dict(zip([m["id"] for m in table["measures"]], table["totals"], strict=True))
    assert (figures["due"], figures["attempted"], figures["connected"]) == (5, 2, 1)
    assert figures["connected_rate"] == "0.500000"
    assert all(m["meaning"]["zh-CN"] for m in table["measures"])


async def test_every_format_tells_the_same(office: Any) -> None:
    report = await office.get(PATH)
    told = {
        (table["id"], measure["id"]): total
        for table in report["tables"]
        for measure, total in zip(table["measures"], table["totals"], strict=True)
    }
    answer = await office.call("GET", f"{PATH}&format=csv", headers=ENGLISH)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-language"] == "en"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="callback_overview-2026-03-01-2026-03-31.csv"'
    )
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    totals = {
        (line["Table code"], line["Figure code"]): line["Value"] for line in lines if line["Row"] == "Total"
    }
    assert totals == {key: "" if value is None else str(value) for key, value in told.items()}
    answer = await office.call("GET", f"{PATH}&format=xlsx")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert len(book.sheet_names) >= len(report["tables"])
    one = await office.call("GET", f"{PATH}&format=csv&table=by_channel")
    assert "合计" in one.content.decode("utf-8-sig")


async def test_a_unit_restricts_it(office: Any) -> None:
    there = await office.get(f"{PATH}&unit=SD")
    elsewhere = await office.get(f"{PATH}&unit=QD")
    due = [r["tables"][0]["totals"][0] for r in (there, elsewhere)]
    assert due == [5, 0]
    assert there["unit"]["code"] == "SD"


async def test_the_kernels_own_report(office: Any) -> None:
    report = await office.get("/reports/core/organisation_readiness?from=2026-03-01&to=2026-03-31")
    assert report["plugin_version"] is None
    assert report["tables"][0]["rows"]


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/reports/nothing/x?from=2026-03-01&to=2026-03-31", (404, "not_found")),
        ("/reports/shandong_life/x?from=2026-03-01&to=2026-03-31", (404, "not_found")),
        ("/reports/core/x?from=2026-03-01&to=2026-03-31", (404, "not_found")),
        (f"{PATH}&unit=XX", (404, "not_found")),
        (f"{PATH}&format=csv&table=nothing", (404, "not_found")),
        (
            "/reports/core/organisation_readiness?from=2026-03-31&to=2026-03-01",
            (400, "report.period_invalid"),
        ),
        (
            "/reports/core/organisation_readiness?from=0001-01-01&to=9999-12-31",
            (400, "report.period_invalid"),
        ),
        ("/reports/core/organisation_readiness?from=2026-03-31", (400, "validation.failed")),
        ("/reports/core/organisation_readiness?from=yesterday&to=2026-03-31", (400, "validation.failed")),
        (f"{PATH}&format=pdf", (400, "validation.failed")),
        ("/reports/a%00/b%00?from=2026-03-01&to=2026-03-31", (404, "not_found")),
    ],
)
async def test_what_is_no_report(office: Any, path: str, refusal: tuple[int, str]) -> None:
    assert await office.problem("GET", path) == refusal


async def test_each_tenant_counts_its_own(office: Any, other_office: Any) -> None:
    report = await other_office.get(PATH)
    assert report["tables"][0]["totals"][0] == 0
    writer = await office.with_scopes("contacts:write")
    assert await writer.problem("GET", PATH) == (403, "auth.scope_missing")
