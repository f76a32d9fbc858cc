"""What plugins of offices write alike."""

import pytest
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.offices import OfficeSettings, kept, payer_in_scope, speakers
from huifang_core.rules import UnitView
from huifang_core.trace import Trace, lines

ACCOUNT = Contract(contract_no="K1", line="tax", unit="JN", policyholder="K1")
OWN = Contract(contract_no="JN", line="tax", unit="JN", policyholder="JN")


@pytest.mark.parametrize(
    ("contract", "supervisor", "settings", "in_scope", "words"),
    [
        (ACCOUNT, None, OfficeSettings(), True, "tax"),
        (ACCOUNT, "qingdao", OfficeSettings(), True, "tax"),
        (ACCOUNT, "qingdao", OfficeSettings(supervising_bureaus=("shandong",)), False, "DEC-11"),
        (ACCOUNT, None, OfficeSettings(supervising_bureaus=("shandong",)), True, "no bureau on file"),
        (ACCOUNT, None, OfficeSettings(lines=("social_security",)), False, "not a line of business in scope"),
        (OWN, None, OfficeSettings(), False, "there is no payer to contact"),
    ],
)
def test_payers_in_scope_by_line_and_bureau(contract, supervisor, settings, in_scope, words) -> None:
    """DEC-11: an office's bureau decides where the tenant names any; one that is not on file counts as in scope."""
    trace = Trace()
    unit = UnitView("JN", "city", supervisor)
    assert payer_in_scope(contract, unit, settings, trace, cites="TS-1") is in_scope
    assert words in "\n".join(lines(trace.steps, "en"))


def test_records_are_kept_by_the_setting() -> None:
    """DEC-15: no contract bounds it, and it is never empty."""
    assert kept(OfficeSettings()).years == 5
    assert kept(OfficeSettings(retention_years=10)) == kept(OfficeSettings(retention_years=10))
    assert kept(OfficeSettings(retention_years=10)).years == 10
    assert kept(OfficeSettings()).cites == ("DEC-15",)


def test_a_person_is_called_and_of_an_organisation_who_speaks_for_it() -> None:
    """TS-4: the head of the enterprise."""
    heads = ("legal_representative", "contact")
    assert speakers(Party("1", "organisation"), *heads) == heads
    assert speakers(Party("1", "individual"), *heads) == ("policyholder",)
