"""Business events: the CloudEvents frame, payloads, what is sent along, and events as rows of a table."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from huifang_core.events import (
    FROM_OUTSIDE,
    CallbackCompleted,
    ClaimReported,
    ContractChanged,
    ContractDelivered,
    ControlTotal,
    GraceEntered,
    Reporter,
)

FRAME = {"id": "E1", "source": "urn:core", "time": "2026-09-05T10:00:00+08:00"}


@pytest.fixture
def sent(event: dict[str, Any]) -> Any:
    """A CloudEvent of another type with other data."""

    def make(type: str, data: dict[str, Any], **attributes: Any) -> dict[str, Any]:
        return {**event, "type": type, "data": data, **attributes}

    return make


def test_a_cloudevent_becomes_a_payload_with_its_frame(check: Any, event: dict[str, Any]) -> None:
    found = check("events", event, strict=True).value
    assert (found.source, found.event_id, found.type) == ("urn:core", "E1", "contract.delivered")
    assert (found.subject, found.contract_no, found.sequence) == ("P1", "P1", 2)
    assert found.payload == ContractDelivered(delivered_on=date(2026, 9, 5))
    assert found.time.isoformat() == "2026-09-05T02:00:00+00:00"


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time"])
def test_what_a_cloudevent_must_have_is_asked_for(told: Any, event: dict[str, Any], name: str) -> None:
    assert told("events", {k: v for k, v in event.items() if k != name}) == {name: "missing"}


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("specversion", "0.3", "specversion"),
        ("specversion", 1.0, "specversion"),
        ("type", "contract.isued", "no_such_code"),
        ("datacontenttype", "text/xml", "not_json"),
        ("data_base64", "e30=", "not_json"),
        ("data", [1], "not_an_object"),
        ("sequence", "two", "not_an_integer"),
        ("sequence", -1, "out_of_range"),
        ("subject", "P2", "disagrees"),
        ("corrects", "E1", "itself"),
        ("id", 7, "not_text"),
    ],
)
def test_a_frame_that_does_not_fit_is_told(
    told: Any, event: dict[str, Any], name: str, written: Any, code: str
) -> None:
    assert told("events", {**event, name: written})[name] == code


def test_an_unknown_event_type_is_answered_with_the_known_ones(check: Any, event: dict[str, Any]) -> None:
    [problem] = check("events", {**event, "type": "contract.isued"}).problems
    assert all(kind in problem.message.en for kind in FROM_OUTSIDE)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_json_content_is_accepted(told: Any, event: dict[str, Any], kind: str) -> None:
    assert told("events", {**event, "datacontenttype": kind, "sequence": "3"}, strict=True) == {}


def test_extensions_are_accepted_by_the_api_and_told_of_in_files(check: Any, event: dict[str, Any]) -> None:
    row = {**event, "traceparent": "00-1", "dataschema": "urn:s"}
    assert check("events", row, strict=True).problems == ()
    [warning] = check("events", row).problems
    assert (warning.field, warning.code, warning.severity) == ("traceparent", "extension_ignored", "warning")


def test_a_name_no_extension_may_have_is_an_unknown_field(check: Any, event: dict[str, Any]) -> None:
    [problem] = check("events", {**event, "contractNo": "P1"}, strict=True).problems
    assert (problem.field, problem.code, problem.severity) == ("contractNo", "unknown_field", "error")


def test_every_problem_of_an_event_is_told_at_once(told: Any, event: dict[str, Any], contract: Any) -> None:
    row = {
        **event,
        "time": "soon",
        "data": {
            "contract_no": "P1",
            "delivered_on": "x",
            "colour": 1,
            "contract": {**contract, "line": "lfie"},
        },
    }
    assert told("events", row, strict=True) == {
        "time": "not_an_instant",
        "delivered_on": "not_a_date",
        "colour": "unknown_field",
        "contract.line": "no_such_code",
    }


def test_the_contract_is_named_by_data_by_what_is_sent_along_or_by_the_subject(
    check: Any, sent: Any, contract: dict[str, Any]
) -> None:
    assert check("events", sent("contract.issued", {})).value.contract_no == "P1"
    assert (
        check("events", sent("contract.issued", {"contract": contract}, subject=None)).value.contract_no
        == "P1"
    )
    found = check("events", sent("contract.issued", {"contract_no": "P1", "contract": contract})).value
    assert found.contract.contract_no == "P1"
    assert found.contract.premium.amount == Decimal("1200.00")


def test_an_event_without_a_contract_is_refused_unless_its_type_needs_none(told: Any, sent: Any) -> None:
    assert told("events", sent("contract.issued", {}, subject=None)) == {"contract_no": "missing"}
    claim = {"claim_no": "L1", "closed_on": "2026-09-01"}
    assert told("events", sent("claim.closed", claim, subject="L1")) == {"contract_no": "missing"}
    assert told("events", sent("claim.closed", {**claim, "contract_no": "P1"}, subject="L1")) == {}
    feedback = {"kind": "problem", "received_at": "2026-09-01T08:00:00Z"}
    assert told("events", sent("feedback.received", feedback, subject=None)) == {}


def test_a_contract_sent_along_must_be_the_one_spoken_of(
    told: Any, sent: Any, contract: dict[str, Any]
) -> None:
    row = sent("contract.issued", {"contract_no": "P1", "contract": {**contract, "contract_no": "P2"}})
    assert told("events", row) == {"contract_no": "disagrees"}


def test_a_customer_sent_along_is_checked_like_any_other(
    check: Any, told: Any, sent: Any, customer: dict[str, Any]
) -> None:
    assert check("events", sent("contract.issued", {"customer": customer})).value.customer.name == "王思雨"
    worse = {**customer, "id_number": "370611199406112883"}
    assert told("events", sent("contract.issued", {"customer": worse})) == {
        "customer.id_number": "id_check_digit"
    }


def test_a_bare_retraction_has_no_payload(check: Any, sent: Any) -> None:
    for data in (None, {}, {"contract_no": "P1"}):
        bare = check("events", sent("contract.surrendered", data, retracts="E0")).value
        assert (bare.payload, bare.retracts, bare.contract_no) == (None, "E0", "P1")
    claim = check(
        "events", sent("claim.settled", {"contract_no": "P1", "claim_no": "L1"}, retracts="E0")
    ).value
    assert (claim.payload, claim.claim_no) == (None, "L1")


def test_a_retraction_that_repeats_the_payload_keeps_it(check: Any, told: Any, sent: Any) -> None:
    found = check("events", sent("contract.surrendered", {"on": "2026-09-16"}, retracts="E0")).value
    assert found.payload.on == date(2026, 9, 16)
    assert told("events", sent("contract.surrendered", {"on": "x"}, retracts="E0")) == {"on": "not_a_date"}


def test_an_event_corrects_or_retracts_but_not_both(told: Any, event: dict[str, Any]) -> None:
    assert told("events", {**event, "corrects": "E0", "retracts": "E0"}) == {
        "retracts": "corrects_and_retracts"
    }


def test_a_time_in_the_future_is_a_warning(check: Any, event: dict[str, Any]) -> None:
    assert check("events", {**event, "time": "2026-10-13T00:00:00Z"}).problems == ()
    checked = check("events", {**event, "time": "2026-10-13T01:00:00Z"})
    assert [(p.field, p.code, p.severity) for p in checked.problems] == [("time", "in_future", "warning")]
    assert checked.value is not None


def test_days_that_cannot_be_are_refused(told: Any, sent: Any) -> None:
    assert told("events", sent("grace.entered", {"grace_end": "1989-12-31"})) == {"grace_end": "too_early"}
    late = {"grace_end": "2026-09-01", "due_on": "2026-09-02"}
    assert told("events", sent("grace.entered", late)) == {"grace_end": "before_due"}


@pytest.mark.parametrize(
    ("written", "becomes"),
    [("860", Decimal("860.00")), ("是", True), (False, False), (12, Decimal(12)), ("", None)],
)
def test_what_is_unpaid_is_an_amount_or_yes_or_no(check: Any, sent: Any, written: Any, becomes: Any) -> None:
    found = check("events", sent("grace.entered", {"grace_end": "2026-09-01", "unpaid": written})).value
    assert found.payload == GraceEntered(grace_end=date(2026, 9, 1), unpaid=becomes)


@pytest.mark.parametrize("beside", [False, True])
def test_changed_fields_stand_in_changes_or_beside_it_and_are_checked(
    check: Any, told: Any, sent: Any, beside: bool
) -> None:
    def data(**changes: Any) -> dict[str, Any]:
        return {"kind": "interval_changed", **(changes if beside else {"changes": changes})}

    found = check(
        "events",
        sent("contract.changed", data(premium={"amount": 1040, "interval_months": "6"}, insured=["C2"])),
    ).value
    assert found.payload == ContractChanged(
        kind="interval_changed",
        changes={"premium": {"amount": "1040.00", "interval_months": 6}, "insured": ["C2"]},
    )
    prefix = "" if beside else "changes."
    assert told(
        "events", sent("contract.changed", data(premium={"amount": "x"}, colour="red")), strict=True
    ) == {
        f"{prefix}premium.amount": "not_money",
        f"{prefix}colour": "unknown_field",
    }


def test_null_in_changes_takes_a_value_away_where_there_may_be_none(check: Any, told: Any, sent: Any) -> None:
    data = {"kind": "whole_of_life", "changes": {"expires_on": None}}
    assert check("events", sent("contract.changed", data)).value.payload.changes == {"expires_on": None}
    for name in ("unit", "insured", "group"):
        assert told("events", sent("contract.changed", {"kind": "x", "changes": {name: None}})) == {
            f"changes.{name}": "missing"
        }


def test_a_contract_number_does_not_change(told: Any, sent: Any) -> None:
    data = {"kind": "x", "changes": {"contract_no": "P2"}}
    assert told("events", sent("contract.changed", data), strict=True) == {
        "changes.contract_no": "unknown_field"
    }


def cells(type: str, **columns: str) -> dict[str, str]:
    return {**FRAME, "type": type, "contract_no": "P1", **columns}


def test_a_row_of_a_table_is_an_event_without_the_cloudevents_frame(check: Any) -> None:
    row = cells("claim.reported", claim_no="L1", reported_at="2026-09-05", dual_agency="是")
    row |= {"reporter.role": "driver", "reporter.phone": "13220261012", "data.area": "urban"}
    found = check("events", row, form="cells", strict=True).value
    assert found.claim_no == "L1"
    assert found.payload == ClaimReported(
        claim_no="L1",
        reported_at=found.payload.reported_at,
        reporter=Reporter(role="driver", phone="13220261012"),
        area="urban",
        dual_agency=True,
    )


def test_columns_of_other_types_may_be_empty_but_not_filled(check: Any) -> None:
    row = cells("contract.delivered", delivered_on="2026-09-05", grace_end="", amount="  ")
    assert check("events", row, form="cells", strict=True).problems == ()
    [problem] = check("events", {**row, "amount": "12.00"}, form="cells").problems
    assert (problem.field, problem.code, problem.severity) == ("amount", "unknown_field", "warning")


@pytest.mark.parametrize("column", ["of_type", "data.type"])
def test_the_type_a_control_total_counts_has_a_column_of_its_own(check: Any, told: Any, column: str) -> None:
    row = {**FRAME, "type": "control.total", "day": "2026-09-01", "count": "12", column: "premium.paid"}
    found = check("events", row, form="cells", strict=True).value
    assert found.payload == ControlTotal(day=date(2026, 9, 1), type="premium.paid", count=12)
    assert told("events", {**row, column: "x" * 65}, form="cells") == {column: "too_long"}
    assert told("events", {**row, column: ""}, form="cells") == {"of_type": "missing"}


def test_changed_fields_of_a_table_are_columns_with_or_without_changes(check: Any, told: Any) -> None:
    row = cells("contract.changed", kind="interval_changed", beneficiaries="C8;C9")
    row |= {"changes.premium.amount": "1040", "changes.premium.interval_months": "6", "seller_no": "S1"}
    assert check("events", row, form="cells", strict=True).value.payload.changes == {
        "premium": {"amount": "1040.00", "interval_months": 6},
        "beneficiaries": ["C8", "C9"],
        "seller_no": "S1",
    }
    assert told("events", {**row, "changes.premium.years": "0"}, form="cells") == {
        "changes.premium.years": "out_of_range"
    }


def test_old_callbacks_are_events_too(check: Any) -> None:
    row = cells(
        "callback.completed", kind="new_contract", completed_at="2026-08-01T10:00:00", channel="phone"
    )
    found = check("events", row, form="cells", strict=True).value
    assert isinstance(found.payload, CallbackCompleted)
    assert found.payload.kind == "new_contract"


def test_a_contract_may_be_sent_along_in_columns(check: Any) -> None:
    row = cells("contract.issued")
    row |= {f"contract.{k}": v for k, v in {"contract_no": "P1", "line": "life", "unit": "SD"}.items()}
    row |= {"contract.policyholder": "C1", "contract.fees.1.name": "初始费用", "contract.fees.1.rate": "0.1"}
    assert check("events", row, form="cells", strict=True).value.contract.fees[0].rate == Decimal("0.1")


def test_the_hash_tells_other_content_and_nothing_else(check: Any, sent: Any) -> None:
    def hash_of(**attributes: Any) -> bytes:
        data = {"contract_no": "P1", "grace_end": "2026-09-01", "unpaid": "12.5"}
        return check("events", sent("grace.entered", data, **attributes)).value.content_hash

    same = sent("grace.entered", {"unpaid": "12.50", "grace_end": "2026-09-01"})
    other_order = dict(reversed(same.items())) | {"time": "2026-09-05T02:00:00Z", "sequence": "2"}
    row = cells("grace.entered", grace_end="２０２６-09-01", unpaid="12.50", sequence="2")
    assert hash_of() == check("events", other_order).value.content_hash
    assert hash_of() == check("events", row, form="cells").value.content_hash
    others = [hash_of(sequence=3), hash_of(time="2026-09-05T02:00:01Z"), hash_of(corrects="E0")]
    assert len({hash_of(), *others}) == 4
    assert len(hash_of()) == 32


PAYMENT = {"payer": "K1", "paid_at": "2026-09-05T10:00:00+08:00"}


def test_a_payment_names_its_payer_instead_of_a_contract(check: Any, sent: Any) -> None:
    found = check("events", sent("payment.completed", PAYMENT, subject=None), strict=True).value
    assert (found.contract_no, found.about) == (None, "K1")
    found = check("events", sent("payment.completed", PAYMENT, subject="K1"), strict=True).value
    assert (found.contract_no, found.about) == (None, "K1")
    found = check("events", sent("payment.completed", PAYMENT, subject="P1"), strict=True).value
    assert (found.contract_no, found.about) == ("P1", None)
    given = {**PAYMENT, "contract_no": "P1"}
    found = check("events", sent("payment.completed", given, subject="K1"), strict=True).value
    assert (found.contract_no, found.about) == ("P1", None)


def test_a_payment_of_nobody_is_told(told: Any, sent: Any) -> None:
    assert told("events", sent("payment.completed", {"paid_at": PAYMENT["paid_at"]}, subject=None)) == {
        "payer": "missing"
    }
    bare = sent("payment.completed", {}, subject=None, retracts="E0")
    assert told("events", bare) == {"contract_no": "missing"}


def test_a_retraction_may_repeat_the_name_alone(check: Any, sent: Any) -> None:
    found = check("events", sent("payment.completed", {"payer": "K1"}, subject=None, retracts="E0")).value
    assert (found.payload, found.about) == (None, "K1")
    other = check("events", sent("payment.completed", {"payer": "K2"}, subject=None, retracts="E0")).value
    assert other.content_hash != found.content_hash


@pytest.mark.parametrize(
    ("type", "data", "about"),
    [
        ("risk.flagged", {"kind": "arrears", "about": "C1", "office": "JN"}, "C1"),
        ("tip_off.received", {"office": "JN"}, "JN"),
        (
            "feedback.received",
            {
                "kind": "problem",
                "received_at": "2026-09-05",
                "customer": {"customer_no": "K9", "kind": "individual", "name": "王小明"},
            },
            "K9",
        ),
        ("tip_off.received", {"contract_no": "P1", "about": "K1"}, None),
    ],
)
def test_what_an_event_is_about_stands_where_a_contract_number_might(
    check: Any, sent: Any, type: str, data: dict[str, Any], about: str | None
) -> None:
    assert check("events", sent(type, data, subject=None)).value.about == about
