"""Personal fields of payloads, kept apart and put back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from huifang_core.events import (
    AnyPayload,
    ClaimReported,
    ClaimSettled,
    ContractChanged,
    FeedbackReceived,
    GraceEntered,
    RegistrationOpened,
    Reporter,
)
from huifang_tenants.intake import join_personal, split_personal

AT = datetime(2026, 9, 5, 2, tzinfo=UTC)
PAYLOADS_WITH = [
    (
        ClaimReported(
            claim_no="L1", reported_at=AT, reporter=Reporter(role="driver", name="闫杰", phone="13220261012")
        ),
        {"reporter": {"name": "闫杰", "phone": "13220261012"}},
    ),
    (
        ClaimReported(claim_no="L1", reported_at=AT, reporter=Reporter(name="闫杰")),
        {"reporter": {"name": "闫杰"}},
    ),
    (ClaimSettled(claim_no="L1", result="paid", amount=Decimal("5.00"), payee="闫杰"), {"payee": "闫杰"}),
    (FeedbackReceived(kind="complaint", received_at=AT, text="不要打扰"), {"text": "不要打扰"}),
    (
        RegistrationOpened(payer="N1", bank_account="6222020200112345678"),
        {"bank_account": "6222020200112345678"},
    ),
]
PAYLOADS_WITHOUT = [
    ClaimReported(claim_no="L1", reported_at=AT),
    ClaimSettled(claim_no="L1", result="zero"),
    GraceEntered(grace_end=date(2026, 9, 1), unpaid=True),
    ContractChanged(kind="x", changes={"premium": {"amount": "1.00"}}),
]


@pytest.mark.parametrize(("payload", "apart"), PAYLOADS_WITH)
def test_personal_fields_are_taken_out_and_put_back(payload: AnyPayload, apart: dict[str, object]) -> None:
    plain, personal = split_personal(payload)
    assert personal == apart
    assert "闫杰" not in repr(plain)
    assert join_personal(plain, personal) == payload
    assert join_personal(msgspec.json.decode(msgspec.json.encode(plain)), personal) == payload


@pytest.mark.parametrize(("payload", "apart"), PAYLOADS_WITH)
def test_what_is_left_is_a_payload_still(payload: AnyPayload, apart: dict[str, object]) -> None:
    plain, _ = split_personal(payload)
    assert type(msgspec.convert(plain, AnyPayload)) is type(payload)


@pytest.mark.parametrize("payload", PAYLOADS_WITHOUT)
def test_nothing_is_apart_where_nothing_is_personal(payload: AnyPayload) -> None:
    plain, personal = split_personal(payload)
    assert personal is None
    assert join_personal(plain, None) == payload
