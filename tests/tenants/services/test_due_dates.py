"""A list of contracts with a story, counted without the product: the same is due whatever file it comes in, in any order."""

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from huifang_core.units import Unit
from huifang_core.windows import day_of, start_of_day
from xlsxwriter import Workbook

NOW = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
UNITS = (
    Unit("HO", "泰岳人寿", "head_office"),
    Unit("SD", "山东分公司", "province", "HO", "370000", "shandong"),
    Unit("JN", "济南中支", "city", "SD", "370100"),
    Unit("JNLX", "历下支公司", "county", "JN", "370102"),
    Unit("QD", "青岛分公司", "province", "HO", "370200", "qingdao"),
    Unit("QDHD", "黄岛支公司", "county", "QD", "370211"),
    Unit("XX", "未登记监管局的分公司", "province", "HO"),
)
STORIES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "due_dates.yaml").read_text(encoding="utf-8")
)
KINDS = ("customers", "contracts", "events")


def plain(value: Any) -> Any:
    """As a core system would send it: days as text."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {name: plain(one) for name, one in value.items()}
    return value


def customers() -> list[dict[str, Any]]:
    return [
        {
            "customer_no": f"K{story['number']}",
            "kind": story.get("policyholder", "individual"),
            "name": "王小明",
            "phones": [f"138001{place:05}"],
        }
        for place, story in enumerate(STORIES)
    ]


def contracts() -> list[dict[str, Any]]:
    return [
        {
            "contract_no": story["number"],
            "policyholder": f"K{story['number']}",
            "line": "life",
            "unit": "JN",
            "product_class": "traditional",
            "premium": {"mode": "regular", "amount": "1200.00", "interval_months": 12, "years": 20},
            **plain(story["contract"]),
        }
        for story in STORIES
    ]


def events() -> list[dict[str, Any]]:
    """CloudEvents of all stories."""
    return [
        {
            "specversion": "1.0",
            "source": "core",
            **{
                name: given[name]
                for name in ("id", "type", "sequence", "corrects", "retracts")
                if name in given
            },
            "time": f"{given['day']}T10:00:00+08:00",
            "data": {
                "contract_no": story["number"],
                **({"claim_no": given["claim_no"]} if "claim_no" in given else {}),
                **plain(given.get("data", {})),
            },
        }
        for story in STORIES
        for given in story["events"]
    ]


def cells(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """A record as the cells of a row."""
    row: dict[str, str] = {}
    for name, value in record.items():
        match value:
            case dict():
                row |= cells(value, "" if name == "data" else f"{before}{name}.")
            case list():
                row[before + name] = ";".join(value)
            case bool():
                row[before + name] = str(value).lower()
            case _:
                row[before + name] = str(value)
    return row


def as_ndjson(records: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_json(records: Iterable[Mapping[str, Any]]) -> bytes:
    return json.dumps(list(records), ensure_ascii=False).encode()


def as_xlsx(records: Iterable[Mapping[str, Any]]) -> bytes:
    rows = [cells(record) for record in records]
    header = list(dict.fromkeys(name for row in rows for name in row))
    book = io.BytesIO()
    with Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, header)
        for place, row in enumerate(rows, 1):
            for column, name in enumerate(header):
                if name in row:
                    sheet.write_string(place, column, row[name])
    return book.getvalue()


@pytest.fixture(scope="module")
def forms(send: Any) -> dict[str, tuple[str, Callable[[list[Any]], bytes]]]:
    """The ending and the writer of every form a file may have."""

    def as_csv(records: Iterable[Mapping[str, Any]]) -> bytes:
        return bytes(send.as_csv([cells(record) for record in records]))

    return {
        "csv": ("csv", as_csv),
        "csv with a byte order mark": ("csv", lambda records: b"\xef\xbb\xbf" + as_csv(records)),
        "csv in GB18030": ("csv", lambda records: as_csv(records).decode().encode("gb18030")),
        "ndjson": ("ndjson", as_ndjson),
        "json": ("json", as_json),
        "xlsx": ("xlsx", as_xlsx),
    }


@pytest.fixture
async def insurer(house: Any) -> Any:
    return await house.insurer(clock_at=NOW, units=UNITS)


def expected() -> Counter[tuple[Any, ...]]:
    return Counter(
        (
            story["number"],
            due["kind"],
            due.get("from"),
            due.get("until"),
            due["status"],
            due.get("late"),
        )
        for story in STORIES
        for due in story["expect"]
    )


async def on_the_books(insurer: Any) -> Counter[tuple[Any, ...]]:
    rows = await insurer.fetch(
        "SELECT c.contract_no, o.kind, o.due_from, o.due_by, o.status, o.born_late"
        " FROM obligation o JOIN contract c ON c.id = o.contract_id"
        " WHERE o.status NOT IN ('superseded', 'cancelled')"
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for number, kind, due_from, due_by, status, late in rows:
        first = last = None
        if due_by is not None:
            first, last = day_of(due_from), date.fromordinal(day_of(due_by).toordinal() - 1)
            assert (start_of_day(first), start_of_day(day_of(due_by))) == (due_from, due_by)
        found[number, kind, first, last, status, late] += 1
    return found


def differences(found: Counter[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    wanted = expected()
    return {"missing": sorted(wanted - found, key=str), "not wanted": sorted(found - wanted, key=str)}


NONE: dict[str, list[tuple[Any, ...]]] = {"missing": [], "not wanted": []}


def test_the_list_is_long_enough_and_has_something_of_everything() -> None:
    wanted = expected()
    assert len(STORIES) >= 100
    assert {kind for _, kind, *_ in wanted} == {
        "new_contract",
        "grace_period",
        "after_grace_period",
        "lapse",
        "surrender",
        "claim",
    }
    assert {status for *_, status, _ in wanted} == {"waiting", "open", "voided", "completed"}
    assert {late for *_, late in wanted} == {None, "window_empty", "past_when_it_happened", "event_came_late"}


@pytest.mark.parametrize(
    "form", ["csv", "csv with a byte order mark", "csv in GB18030", "ndjson", "json", "xlsx"]
)
async def test_gen_5_whatever_file_it_comes_in_the_same_is_due(insurer: Any, forms: Any, form: str) -> None:
    ending, write = forms[form]
    records = dict(zip(KINDS, (customers(), contracts(), events()), strict=True))
    for kind, rows in records.items():
        report = await insurer.bring(write(rows), f"{kind}.{ending}")
        assert report.counts.accepted == len(rows), kind
        # Without its days of cooling off a new contract can't be told them (SD-6h).
        silent = ["cooling_off_days" for row in rows if kind == "contracts" and "cooling_off_days" not in row]
        assert [fault.field for _, fault in report.problems] == silent, kind
    assert differences(await on_the_books(insurer)) == NONE
    for kind, rows in records.items():
        again = await insurer.bring(write(rows), f"{kind}.{ending}")
        assert (again.counts.unchanged, again.obligations_made, again.obligations_changed) == (
            len(rows),
            0,
            0,
        )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_gen_3_in_whatever_order_it_comes_the_same_is_due(insurer: Any, forms: Any, seed: int) -> None:
    dice = random.Random(seed)
    _, write = forms["csv"]
    files: list[tuple[str, list[Any]]] = []
    for kind, rows in zip(KINDS, (customers(), contracts(), events()), strict=True):
        dice.shuffle(rows)
        at_once = -(-len(rows) // 4)
        files += [(kind, rows[start : start + at_once]) for start in range(0, len(rows), at_once)]
    dice.shuffle(files)
    for kind, rows in files:
        report = await insurer.bring(write(rows), f"{kind}.csv")
        assert report.counts.refused == 0
    await insurer.upkeep()
    assert differences(await on_the_books(insurer)) == NONE
