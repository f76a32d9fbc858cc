"""A tenant's contract goes to an author without anybody's name or number, and comes out the same there (GEN-3, GEN-4, REG-5)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from huifang_core.contracts import Contract, Fee, Premium
from huifang_core.customers import Party
from huifang_core.derive import SettingsVersion, Subject, derive
from huifang_core.events import (
    PAYLOADS,
    BusinessEvent,
    ClaimReported,
    ContractDelivered,
    ContractIssued,
    GraceEntered,
    Reporter,
    SampleDrawn,
)
from huifang_core.golden import read_cases
from huifang_core.golden.__main__ import main
from huifang_core.golden.anonymise import anonymised
from huifang_core.golden.replay import replay
from huifang_core.registry import Registry
from huifang_core.rules import UnitView
from huifang_core.workdays import AnnouncedDay, WorkingCalendar

SECRET = "SECRET"
DAY = datetime(2026, 8, 31, 2, 0, tzinfo=UTC)
OF_THEIRS = {"schedule", "period", "plan", "plugin", "case_class", "type", "kind"}
CONTRACT = Contract(
    contract_no=f"{SECRET}-P1",
    line="life",
    unit=f"{SECRET}-U1",
    policyholder=f"{SECRET}-K1",
    product_code=f"{SECRET}-1",
    product_name=SECRET,
    product_class="participating",
    seller_no=f"{SECRET}-K1",
    insured=(f"{SECRET}-K1", f"{SECRET}-K2"),
    beneficiaries=(f"{SECRET}-K2",),
    effective_on=date(2024, 8, 1),
    issued_on=date(2024, 8, 1),
    expires_on=date(2044, 8, 1),
    premium=Premium("regular", Decimal("1200.00"), 12, 20),
    fees=(Fee(SECRET),),
    cooling_off_days=15,
    region="370102",
)
PERSON = Party(f"{SECRET}-id", "individual", date(1990, 5, 20), "female", "370102")
UNIT = UnitView(f"{SECRET}-U1", "city", "shandong")
ON = SettingsVersion("shandong_life", 3, {"insurer_name": SECRET}, {}, None)


def subject(*events: BusinessEvent) -> Subject:
    return Subject(CONTRACT, PERSON, UNIT, events)


def event(number: int, payload: Any, **more: Any) -> BusinessEvent:
    at = DAY + timedelta(days=number)
    return BusinessEvent(
        source=SECRET,
        event_id=f"{SECRET}-{number}",
        type=payload.__struct_config__.tag,
        time=at,
        received_at=at + timedelta(minutes=5),
        payload=payload,
        contract_no=CONTRACT.contract_no,
        **more,
    )


def filled(kind: str) -> Any:
    """A payload with everything stated, whatever is text being secret but for codes of the core system's and the plugin's own names."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(PAYLOADS[kind]):
        words = f"{SECRET}/{SECRET}-1/{SECRET}" if field.name == "member" else SECRET
        for value in (
            "code/of_theirs" if field.name in OF_THEIRS else words,
            *("2026-08-31", "2026-08-31T10:00:00+08:00", "370102", True, 1, "1200.00"),
            {"seller_no": SECRET},
            {"role": "agent", "name": SECRET, "phone": SECRET},
            *("paid", "urban", "complaint", "social_security", "phone"),
        ):
            try:
                values[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError:
                continue
            break
    return PAYLOADS[kind](**values)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_nothing_that_names_anybody_is_left_of_any_event(kind: str) -> None:
    """REG-5: no number, no name, no free text; codes, days and amounts stay."""
    secret = event(1, filled(kind), claim_no=f"{SECRET}-C1", corrects=f"{SECRET}-0", sequence=4)
    document = anonymised(subject(event(0, ContractIssued()), secret), "shandong_life", ON)
    written = yaml.safe_dump(document, allow_unicode=True)
    assert SECRET not in written
    [case] = read_cases(written).cases
    assert [given.type for given in case.given.events] == ["contract.issued", kind]
    assert case.given.events[1].corrects is not None
    assert case.given.events[1].sequence == 4


def test_the_same_number_has_the_same_stand_in_everywhere() -> None:
    """LN-3: whoever sold the policy to himself still did."""
    drawn = SampleDrawn("p/plan", "2026-08", f"{SECRET}/{SECRET}-0", 1)
    [case] = read_cases(
        yaml.safe_dump(anonymised(subject(event(0, ContractIssued()), event(1, drawn)), "shandong_life", ON))
    ).cases
    contract = case.given.contract
    assert (contract["contract_no"], contract["policyholder"], contract["seller_no"]) == ("C-1", "P-1", "P-1")
    assert contract["insured"] == ["P-1", "P-2"]
    assert contract["beneficiaries"] == ["P-2"]
    assert contract["region"] == "370100"
    assert not {"product_name", "product_code", "fees"} & contract.keys()
    assert case.given.policyholder["birth_date"] == "1990-07-01"
    assert case.given.events[1].data["member"] == f"golden/{case.given.events[0].id}"
    assert case.given.settings == {}


def test_what_was_reported_keeps_who_reported_it_by_role_alone() -> None:
    reported = ClaimReported(
        f"{SECRET}-C9", DAY, Reporter("agent", SECRET, SECRET), "370102", "urban", False, SECRET
    )
    [case] = read_cases(yaml.safe_dump(anonymised(subject(event(0, reported)), "motor_survey", ON))).cases
    assert case.given.events[0].data == {
        "claim_no": "K-1",
        "reported_at": "2026-08-31T02:00:00Z",
        "reporter": {"role": "agent"},
        "loss_region": "370100",
        "area": "urban",
        "surveyor_no": "S-1",
    }


@pytest.fixture
def exported(huifang_registry: Registry) -> dict[str, Any]:
    """A contract in its grace period, as the tenant's installation derives it; the year after next is announced."""
    plugin = huifang_registry.plugins["shandong_life"]
    announced = {2028: (AnnouncedDay(date(2028, 1, 3), "holiday"),)}
    history = (
        event(0, ContractIssued()),
        event(1, ContractDelivered(date(2026, 9, 1))),
        event(2, GraceEntered(date(2026, 10, 31))),
    )
    derived = derive(subject(*history), [plugin], [ON], WorkingCalendar(announced))
    assert derived.desired
    return anonymised(subject(*history), "shandong_life", ON, derived.desired, announced)


def test_it_comes_out_the_same_at_the_authors(exported: dict[str, Any], huifang_registry: Registry) -> None:
    """GEN-4: the dates are those of the tenant's books, counted from the case alone."""
    [case] = read_cases(yaml.safe_dump(exported)).cases
    played = replay(huifang_registry.plugins["shandong_life"], case)
    assert played.differences == ()
    assert len(played.obligations) == len(case.expect) > 0
    assert case.given.announced["2028"].holidays == (date(2028, 1, 3),)
    assert any(step.kind == "count" for one in played.considered for step in one.steps)


def test_the_command_shows_every_step_and_what_differs(
    exported: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GEN-3: an author sees why, and where the next release would move a deadline."""
    file = tmp_path / "case.yaml"
    file.write_text(yaml.safe_dump(exported), "utf-8")
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "grace_period" in said
    assert "≠" not in said
    exported["cases"][0]["expect"][0]["due_by"] = "2026-01-01 24:00"
    file.write_text(yaml.safe_dump(exported), "utf-8")
    assert main([str(file), "--lang", "zh-CN"]) == 1
    assert capsys.readouterr().out.count("≠") == 2
    assert main([str(tmp_path / "nothing.yaml")]) == 2
    assert main([str(file), "--plugin", "no_such_plugin"]) == 2
