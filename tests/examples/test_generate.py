"""The example export: made again byte for byte, well formed, and holding the cases it promises."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum.cn import ric, uscc

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CLEAN, BROKEN = EXAMPLES / "core_export", EXAMPLES / "core_export_broken"


def words(text: str) -> set[str]:
    return set(text.split())


FEES = {f"fees.{number}.{part}" for number in range(1, 5) for part in ("name", "rate", "amount")}

# The field names of events.md, written down once more on purpose: the generator may not vouch for itself.
KNOWN = {
    "units.csv": words("code name level parent region supervisor"),
    "staff.csv": words("staff_no name unit roles vendor phone trained_until is_seller"),
    "trainings.csv": words("staff_no course held_on passed valid_until trainer"),
    "callback_policies.csv": words("unit title version approved_on in_force_from in_force_until"),
    "callback_departments.csv": words("unit name posts head until"),
    "customers.csv": words(
        "customer_no kind name id_type id_number birth_date gender phones emails address region "
        "contact.name contact.phone legal_representative.name legal_representative.phone"
    ),
    "contracts.csv": FEES
    | words(
        "contract_no line product_code product_name product_class accumulating death_benefit "
        "group unit channel seller_no policyholder insured beneficiaries effective_on expires_on "
        "premium.mode premium.amount premium.interval_months premium.years first_deduction "
        "account_credit cooling_off_days issued_on delivered_on region status version"
    ),
    "events.csv": words(
        "id source type time contract_no claim_no sequence corrects retracts delivered_on kind on "
        "reason due_on paid_on amount grace_end unpaid seller_no reported_at reporter.role "
        "reporter.name reporter.phone loss_region area dual_agency surveyor_no registered_at "
        "assessor_no assessed_at result payee closed_on text received_at channel beneficiaries "
        "premium.amount premium.interval_months"
    ),
    "callbacks.csv": words(
        "id source type time contract_no kind completed_at channel outcome staff_no reference"
    ),
    "control_totals.csv": words("id source type time day of_type count"),
}


def rows(name: str) -> list[dict[str, str]]:
    with (CLEAN / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def stream() -> list[dict]:
    return [json.loads(line) for line in (CLEAN / "events.ndjson").read_text(encoding="utf-8").splitlines()]


def story(place: int) -> dict[str, str]:
    """The contract of a story, whose number ends in 9000000 plus its place."""
    return next(row for row in rows("contracts.csv") if row["contract_no"].endswith(f"{9_000_000 + place}"))


def history(place: int) -> list[dict[str, str]]:
    number = story(place)["contract_no"]
    return [row for row in rows("events.csv") if row["contract_no"] == number]


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def same_files(left: Path, right: Path) -> bool:
    names = sorted(path.name for path in left.iterdir())
    assert names == sorted(path.name for path in right.iterdir())
    return all((left / name).read_bytes() == (right / name).read_bytes() for name in names)


def test_same_seed_gives_the_committed_bytes(tmp_path: Path) -> None:
    assert generate("--out", str(tmp_path / "core_export")).returncode == 0
    assert same_files(tmp_path / "core_export", CLEAN)
    assert same_files(tmp_path / "core_export_broken", BROKEN)


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    assert generate("--seed", "3", "--contracts", "100", "--out", str(tmp_path / "core")).returncode == 0
    assert (tmp_path / "core/customers.csv").read_bytes() != (CLEAN / "customers.csv").read_bytes()


def test_plain_export_has_one_event_a_contract(tmp_path: Path) -> None:
    assert generate("--plain", "--contracts", "300", "--out", str(tmp_path / "core")).returncode == 0
    with (tmp_path / "core/events.csv").open(encoding="utf-8", newline="") as source:
        events = list(csv.DictReader(source))
    assert {event["type"] for event in events} == {"contract.issued"}
    assert len({event["contract_no"] for event in events}) == len(events) == 300


def test_plain_export_does_not_replace_the_committed_one() -> None:
    done = generate("--plain", "--contracts", "5")
    assert done.returncode == 2
    assert "--out" in done.stderr


@pytest.mark.parametrize("count", ["0", "1000001", "many"])
def test_wrong_use_says_so(count: str) -> None:
    done = generate("--contracts", count)
    assert done.returncode == 2
    assert "--contracts" in done.stderr


def test_generator_knows_nothing_of_the_product() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py"))
    assert not re.search(r"^\s*(import|from) huifang", code, re.MULTILINE)


@pytest.mark.parametrize("name", KNOWN)
def test_headers_are_known_fields(name: str) -> None:
    with (CLEAN / name).open(encoding="utf-8", newline="") as source:
        header = next(csv.reader(source))
    assert len(header) == len(set(header))
    assert set(header) == KNOWN[name]


def test_identity_numbers_are_valid_and_agree_with_the_person() -> None:
    for customer in rows("customers.csv"):
        number = customer["id_number"]
        if customer["id_type"] == "uscc":
            assert uscc.is_valid(number)
        if customer["id_type"] == "resident_id":
            # The gazetteer of stdnum starts in 1983, so only its check digit and dates are asked.
            assert ric.compact(number)[-1] == ric.calc_check_digit(ric.compact(number))
            assert ric.get_birth_date(number) == date.fromisoformat(customer["birth_date"])
            assert (int(number[16]) % 2 == 1) == (customer["gender"] == "male")


def test_ids_are_unique_and_references_resolve() -> None:
    units = {row["code"] for row in rows("units.csv")}
    staff = {row["staff_no"] for row in rows("staff.csv")}
    customers = [row["customer_no"] for row in rows("customers.csv")]
    contracts = [row["contract_no"] for row in rows("contracts.csv")]
    assert len(set(customers)) == len(customers)
    assert len(set(contracts)) == len(contracts)
    assert {row["parent"] for row in rows("units.csv")} <= units | {""}
    assert {row["unit"] for row in rows("staff.csv")} <= units
    for row in (*rows("callback_policies.csv"), *rows("callback_departments.csv")):
        assert row["unit"] in units
    assert {row["head"] for row in rows("callback_departments.csv")} <= staff | {""}
    assert {row["staff_no"] for row in rows("trainings.csv")} <= staff
    for row in rows("contracts.csv"):
        people = [row["policyholder"], *row["insured"].split(";"), *row["beneficiaries"].split(";")]
        assert set(people) <= {*customers, ""}
        assert row["unit"] in units
        assert row["seller_no"] in staff | {""}
    for row in rows("callbacks.csv"):
        assert row["contract_no"] in contracts
        assert row["staff_no"] in staff
    events = rows("events.csv")
    ids = {row["id"] for row in events}
    assert len(ids) == len(events)
    for row in events:
        assert row["contract_no"] in contracts or row["type"] == "seller.departed"
        assert {row["corrects"], row["retracts"]} <= ids | {""}


def test_trainings_agree_with_what_the_personnel_system_says() -> None:
    """SD-3: the last training that was passed ends on the day on which the person's own row ends."""
    last: dict[str, str] = {}
    for row in rows("trainings.csv"):
        assert row["held_on"] < "2026-10-12"
        assert (row["valid_until"] != "") == (row["passed"] in ("true", "是"))
        last[row["staff_no"]] = max(last.get(row["staff_no"], ""), row["valid_until"])
    stated = {row["staff_no"]: row["trained_until"] for row in rows("staff.csv")}
    assert {number: until for number, until in stated.items() if until} == {
        number: until for number, until in last.items() if until
    }
    untrained = {number for number, until in stated.items() if until < "2026-10-12"}
    assert {"S0106", "S0207", "S0208"} <= untrained


def test_some_units_lack_a_policy_or_a_department() -> None:
    """SD-3."""
    on_file = {
        row["unit"]
        for row in rows("callback_policies.csv")
        if row["in_force_from"] <= "2026-10-12" <= (row["in_force_until"] or "9999")
    }
    departments = {row["unit"] for row in rows("callback_departments.csv") if not row["until"]}
    levels = {row["code"]: row["level"] for row in rows("units.csv")}
    assert {"SD-YT", "SD-WF", "SD-LY"} == {
        code for code, level in levels.items() if level != "county" and code not in on_file
    }
    assert {"SD-YT", "SD-LY"} == {
        code for code, level in levels.items() if level != "county" and code not in departments
    }


def test_times_lie_before_the_export_and_callbacks_before_the_cut_over() -> None:
    end = datetime.fromisoformat("2026-10-12T08:30:00+08:00")
    times = [row["time"] for row in (*rows("events.csv"), *rows("control_totals.csv"), *stream())]
    assert all(datetime.fromisoformat(time) <= end for time in times)
    assert all(time.endswith("+08:00") for time in times)
    assert max(row["completed_at"] for row in rows("callbacks.csv")) < "2026-09-01"


def test_account_credit_is_what_the_fees_leave() -> None:
    checked = 0
    for row in rows("contracts.csv"):
        if row["account_credit"]:
            paid = Decimal(row["premium.amount"])
            initial = (paid * Decimal(row["fees.1.rate"])).quantize(Decimal("0.01"))
            deducted = initial + Decimal(row["fees.2.amount"]) + Decimal(row["fees.3.amount"])
            assert Decimal(row["first_deduction"]) == deducted
            assert Decimal(row["account_credit"]) == paid - deducted
            checked += 1
    assert checked > 5


def test_money_has_two_decimals() -> None:
    columns = {"premium.amount", "first_deduction", "account_credit", "amount", "unpaid"}
    values = [
        row.get(name) for file in ("contracts.csv", "events.csv") for row in rows(file) for name in columns
    ]
    assert all(re.fullmatch(r"\d+\.\d\d", value) for value in values if value)


def test_control_totals_show_one_missing_event() -> None:
    taken = Counter(
        (row["source"], row["time"][:10], row["type"]) for row in (*rows("events.csv"), *stream())
    )
    said = {
        (row["source"], row["day"], row["of_type"]): int(row["count"]) for row in rows("control_totals.csv")
    }
    missing = {key: count - taken[key] for key, count in said.items() if count != taken[key]}
    assert missing == {("urn:taiyue:core", "2026-09-21", "premium.paid"): 1}
    assert "premium.paid" not in {row["type"] for row in history(74)}


def test_cloud_events_are_whole_and_in_no_other_file() -> None:
    events = stream()
    assert not {event["id"] for event in events} & {row["id"] for row in rows("events.csv")}
    known = words("specversion id source type time subject data sequence corrects retracts")
    for event in events:
        assert event.keys() <= known
        assert event["specversion"] == "1.0"
        assert event["subject"] == event["data"]["contract_no"]
    listed = {row["contract_no"] for row in rows("contracts.csv")}
    embedded = [event["data"] for event in events if "contract" in event["data"]]
    assert [data["contract"]["contract_no"] in listed for data in embedded] == [True, False, False]
    assert all(data["customer"]["customer_no"] == data["contract"]["policyholder"] for data in embedded)
    assert any(len(data["contract"].get("fees", [])) == 3 for data in embedded)


@pytest.mark.parametrize(
    ("place", "effective", "expires"),
    [(2, "2026-03-01", "2027-02-28"), (3, "2026-03-01", "2027-03-01"), (6, "2026-09-21", "2027-10-20")],
)
def test_both_ways_of_writing_the_end_of_a_term(place: int, effective: str, expires: str) -> None:
    assert (story(place)["effective_on"], story(place)["expires_on"]) == (effective, expires)


@pytest.mark.parametrize("place", [19, 20, 21])
def test_some_contracts_are_not_delivered(place: int) -> None:
    assert story(place)["delivered_on"] == ""
    assert [row["type"] for row in history(place)] == ["contract.issued"]


def test_late_and_out_of_order_events() -> None:
    times = [row["time"] for row in rows("events.csv")]
    assert times != sorted(times)
    assert [row["sequence"] for row in history(91)] == ["1", "3", "2"]
    assert story(91)["version"] == "3"


def test_correction_and_retraction() -> None:
    *_, wrong, right = history(92)
    assert right["corrects"] == wrong["id"]
    assert story(92)["delivered_on"] == right["delivered_on"] != wrong["delivered_on"]
    *_, booked, taken_back = history(81)
    assert taken_back["retracts"] == booked["id"]
    assert story(81)["status"] == "in_force"


@pytest.mark.parametrize(
    ("place", "grace_end", "status"),
    [
        (61, "2026-10-03", "lapsed"),
        (64, "2026-10-25", "grace"),
        (66, "2026-10-04", "in_force"),
        (69, "2026-02-17", "in_force"),
        (70, "2026-02-18", "lapsed"),
        (71, "2027-02-07", "grace"),
    ],
)
def test_grace_periods(place: int, grace_end: str, status: str) -> None:
    assert grace_end in {row["grace_end"] for row in history(place)}
    assert story(place)["status"] == status


def test_warning_signs_in_the_people() -> None:
    people = {row["customer_no"]: row for row in rows("customers.csv")}
    staff = {row["staff_no"]: row for row in rows("staff.csv")}
    holders = {
        place: people[story(place)["policyholder"]] for place in (36, 37, 38, 39, 40, 41, 42, 43, 44, 45)
    }
    assert holders[36] is holders[37]
    assert holders[38]["customer_no"] != holders[39]["customer_no"]
    assert holders[38]["id_number"] == holders[39]["id_number"]
    assert len({holders[place]["phones"] for place in (40, 41, 42)}) == 1
    assert holders[43]["phones"] == staff[story(43)["seller_no"]]["phone"]
    assert holders[44]["name"] == staff[story(44)["seller_no"]]["name"]
    assert holders[45]["phones"] == ""


def test_the_bulk_has_some_of_everything() -> None:
    contracts, events = rows("contracts.csv"), rows("events.csv")
    assert {row["channel"] for row in contracts} == words("agent bank broker telephone online direct")
    assert {row["product_class"] for row in contracts} == words(
        "traditional participating universal unit_linked"
    )
    assert {row["status"] for row in contracts} == words("in_force grace lapsed cancelled surrendered ended")
    assert {row["cooling_off_days"] for row in contracts} == {"", "10", "15", "20"}
    assert {row["result"] for row in events} == {"", "paid", "declined", "zero"}
    assert {row["kind"] for row in rows("callbacks.csv")} == words(
        "new_contract grace_period after_grace_period lapse surrender claim"
    )
    assert {"是", "否", "true", "false"} <= {row["death_benefit"] for row in contracts}


def test_readme_lists_every_story() -> None:
    table = generate("--cases").stdout
    assert table in (EXAMPLES / "README.md").read_text(encoding="utf-8")


def test_readme_counts_the_rows() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in CLEAN.iterdir():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        count = lines - 1 if path.suffix == ".csv" else lines
        assert re.search(rf"\| `{re.escape(path.name)}` \|.*\| {count} \|", readme), path.name


def test_expected_faults_are_where_they_are_said_to_be() -> None:
    faults = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (BROKEN / "EXPECTED.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \w+\.\w+ \|", line)
    ]
    kinds = {kind for _, _, _, kind, _ in faults}
    assert kinds == {"invalid", "malformed", "unknown_reference", "duplicate", "conflict", "warning", "fine"}
    for file, line, name, kind, why in faults:
        encoding = "gb18030" if file == "units.csv" else "utf-8-sig"
        lines = (BROKEN / file).read_text(encoding=encoding).splitlines()
        assert int(line) <= len(lines)
        if file.endswith(".csv") and kind in ("invalid", "unknown_reference"):
            table = list(csv.reader(lines))
            value = table[int(line) - 1][table[0].index(name)]
            assert (value == "") == (why == "missing")
