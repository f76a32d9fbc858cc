"""Who is called, in the order the rule names (HT-7, PC-3, MS-1)."""

from typing import Any
from uuid import UUID

import pytest
from huifang_core.called import (
    Called,
    OnFile,
    Parties,
    called_facts,
    insures_its_policyholder,
    who_may_be_called,
)
from huifang_core.contracts import Contract
from huifang_core.customers import ContactPerson, Customer
from huifang_core.events import Reporter
from huifang_core.obligations import CalledParty

MOTOR: tuple[CalledParty, ...] = ("reporter", "insured", "driver", "other_party", "policyholder")


def on_file(place: int, name: str, *phones: str, **more: Any) -> OnFile:
    given = {
        "customer_no": f"K{place}",
        "kind": "individual",
        "id_number": f"37010219800101{place:04}",
        **more,
    }
    return OnFile(UUID(int=place), Customer(name=name, phones=phones, **given))


HOLDER, INSURED = on_file(1, "王小明", "13800000001"), on_file(2, "李大年", "13800000002")


def who(call: tuple[CalledParty, ...], parties: Parties) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(c.party, c.name, c.phones) for c in who_may_be_called(call, parties)]


def test_ms_1_a_driver_who_reported_goes_first_and_is_known_by_the_number_given_then() -> None:
    driver = Reporter("driver", "赵司机", "13900000009")
    assert who(MOTOR, Parties(HOLDER, (INSURED,), reporter=driver)) == [
        ("reporter", "赵司机", ("13900000009",)),
        ("insured", "李大年", ("13800000002",)),
        ("policyholder", "王小明", ("13800000001",)),
    ]


def test_a_policyholder_who_reported_is_on_file_and_rung_by_the_number_given_then_first() -> None:
    reporter = Reporter("policyholder", "王小明", "13900000009")
    (first, insured) = who_may_be_called(MOTOR, Parties(HOLDER, (INSURED,), reporter=reporter))
    assert first == Called(
        "reporter", HOLDER.record, "王小明", ("13900000009", "13800000001"), HOLDER.customer
    )
    assert insured.record == INSURED.record


@pytest.mark.parametrize(
    ("reporter", "record", "known"),
    [
        (Reporter("policyholder", None, "139"), 1, True),
        (Reporter("policyholder", "别人", "139"), 1, False),
        (Reporter("insured", None, "139"), 2, True),
        (Reporter("agent", "王小明", "139"), 1, False),
        (Reporter(None, None, "139"), 1, False),
    ],
)
def test_a_reporter_is_on_file_where_part_and_name_agree(
    reporter: Reporter, record: int, known: bool
) -> None:
    (called,) = who_may_be_called(("reporter",), Parties(HOLDER, (INSURED,), reporter=reporter))
    assert (called.record, called.customer is not None) == (UUID(int=record), known)


def test_a_reporter_without_a_number_is_passed_over() -> None:
    parties = Parties(HOLDER, (INSURED,), reporter=Reporter("driver", "赵司机"))
    assert who(("driver", "insured"), parties) == [("insured", "李大年", ("13800000002",))]


def test_ht_7_another_party_is_called_where_it_reported() -> None:
    other = Reporter("other_party", "钱对方", "13900000008")
    assert who(("driver", "other_party"), Parties(HOLDER, reporter=other)) == [
        ("other_party", "钱对方", ("13900000008",))
    ]


def test_nobody_known_is_nobody_to_call() -> None:
    assert who_may_be_called(("reporter", "driver", "insured", "contact"), Parties(HOLDER)) == ()


def test_pc_3_an_organisations_contact_goes_before_its_legal_representative() -> None:
    company = on_file(
        3,
        "泉城物流有限公司",
        "053188888888",
        kind="organisation",
        contact=ContactPerson("周经理", "13700000001"),
        legal_representative=ContactPerson("吴总", "13700000002"),
    )
    assert who(("contact", "legal_representative"), Parties(company)) == [
        ("contact", "周经理", ("13700000001", "053188888888")),
        ("legal_representative", "吴总", ("13700000002",)),
    ]
    bare = on_file(3, "泉城物流有限公司", "053188888888", kind="organisation")
    assert who(("contact", "legal_representative"), Parties(bare)) == [("contact", None, ("053188888888",))]


def test_pc_3_identity_is_verified_by_the_organisations_data_and_the_contact_is_named() -> None:
    company = on_file(3, "泉城物流有限公司", "0531", kind="organisation", contact=ContactPerson("周经理"))
    (contact,) = who_may_be_called(("contact",), Parties(company))
    facts = called_facts(contact)
    assert (facts["customer.name"], facts["called.name"], facts["customer.id_last4"]) == (
        "泉城物流有限公司",
        "周经理",
        "0003",
    )


def test_nothing_of_the_policyholder_reaches_somebody_not_on_file() -> None:
    driver = Reporter("driver", "赵司机", "13900000009")
    (called,) = who_may_be_called(("driver",), Parties(HOLDER, reporter=driver))
    known = {name: value for name, value in called_facts(called).items() if value is not None}
    assert known == {"customer.name": "赵司机", "called.name": "赵司机"}


@pytest.mark.parametrize(
    ("line", "kind", "insured", "same"),
    [
        ("motor", "organisation", (), True),
        ("critical_illness", "organisation", (), False),
        ("critical_illness", "individual", (), True),
        ("life", "individual", ("K2",), False),
        ("life", "individual", ("K2", "K1"), True),
    ],
)
def test_who_counts_as_insured_where_nobody_else_is_named(
    line: Any, kind: Any, insured: tuple[str, ...], same: bool
) -> None:
    contract = Contract("P1", line, "JN", "K1", insured=insured)
    holder = Customer(customer_no="K1", kind=kind, name="王小明")
    assert insures_its_policyholder(contract, holder) is same
