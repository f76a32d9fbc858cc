"""A plugin that raises, exits, sleeps, dies or lies is cut off: its event is parked visibly, and the others go on."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from huifang_core.events import ClaimClosed, ContractLapsed, TipOffReceived
from huifang_core.outcomes import ContactOutcome
from huifang_core.rules import UnitView
from huifang_tenants.plugin_host import HostBroken, HostFailure, PluginHost, Told
from huifang_tenants.services.context import Services
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.upkeep import retry_parked
from huifang_tenants.services.whatif import explain_contract

DAY = date(2026, 3, 9)
SOUND = ("P1", "P3", "P4", "P5")


@pytest.fixture(scope="module")
def break_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., None]]:
    """Installs the unsound plugin for hosts started from now on; call it to say what goes wrong with which contract."""
    site = tmp_path_factory.mktemp("site")
    (site / "unsound.py").write_text(Path(__file__).with_name("faulty.py").read_text())
    papers = site / "unsound-1.0.dist-info"
    papers.mkdir()
    (papers / "METADATA").write_text("Metadata-Version: 2.1\nName: unsound\nVersion: 1.0\n")
    (papers / "entry_points.txt").write_text("[huifang.plugins]\nunsound = unsound\n")

    def say(**faults: str) -> None:
        (site / "faults.json").write_text(json.dumps(faults))

    say()
    # Hosts are handed the path of the process that starts them.
    sys.path.insert(0, str(site))
    yield say
    sys.path.remove(str(site))


@pytest.fixture(scope="module")
async def patient(break_on: object) -> AsyncIterator[PluginHost]:
    """A host in which nothing sound runs out of time, however busy the machine is."""
    async with PluginHost(deadline=120.0) as host:
        yield host


@pytest.fixture(scope="module")
async def hurried(break_on: object) -> AsyncIterator[PluginHost]:
    """A host with four seconds for each batch, of which one rule may take one: for those that sleep."""
    async with PluginHost(deadline=4.0) as host:
        yield host


@pytest.fixture
def insured_with(house: Any, break_on: Callable[..., None]) -> Callable[..., Any]:
    async def open_one(host: PluginHost) -> Any:
        break_on()
        insurer = await house.insurer(services=Services(house.db, host), plugins=("shandong_life", "unsound"))
        for number in ("P1", "P2", "P3", "P4", "P5"):
            await insurer.issue(number)
        return insurer

    return open_one


@pytest.fixture
async def insurer(insured_with: Callable[..., Any], patient: PluginHost) -> Any:
    return await insured_with(patient)


@pytest.fixture
async def hurried_insurer(insured_with: Callable[..., Any], hurried: PluginHost) -> Any:
    return await insured_with(hurried)


async def close_claims(insurer: Any, send: Any) -> Any:
    return await insurer.take(
        *(send.event(f"closed-P{n}", ClaimClosed("CL1", DAY), f"P{n}", DAY) for n in range(1, 6))
    )


async def claims(insurer: Any) -> list[str]:
    rows = await insurer.fetch(
        "SELECT c.contract_no FROM obligation o JOIN contract c ON c.id = o.contract_id WHERE o.plugin = 'unsound'"
        " AND o.status = 'open' ORDER BY 1"
    )
    return [row["contract_no"] for row in rows]


async def test_the_unsound_plugin_is_sound_while_nothing_is_said(insurer, send):
    taken = await close_claims(insurer, send)
    assert {row.status for row in taken.rows} == {"accepted"}
    assert await claims(insurer) == ["P1", "P2", "P3", "P4", "P5"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raises", "unsound/claim: RuntimeError: division of policyholders by zero"),
        ("exits", "SystemExit: 3"),
        ("dies", "died"),
        ("wrong type", "can't be read"),
        ("unstorable", "can't be stored"),
        ("out of range", "priority 1000000"),
    ],
)
async def test_only_the_culprit_is_parked_and_goes_on_once_mended(insurer, send, break_on, fault, said):
    await only_p2_is_parked(insurer, send, break_on, fault, said)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("sleeps", "unsound/claim: Overtime: took longer than 1 s"), ("hangs", "no answer within 4 s")],
)
async def test_one_that_takes_too_long_is_cut_off_like_any_other(
    hurried_insurer, send, break_on, fault, said
):
    await only_p2_is_parked(hurried_insurer, send, break_on, fault, said)


async def only_p2_is_parked(insurer, send, break_on, fault, said):
    break_on(P2=fault)
    before = await insurer.live()
    taken = await close_claims(insurer, send)
    assert [row.status for row in taken.rows] == ["accepted", "parked", "accepted", "accepted", "accepted"]
    assert taken.rows[1].code == "rule_failed"
    assert said in taken.rows[1].message.en
    assert await claims(insurer) == list(SOUND)
    (parked,) = await insurer.fetch(
        "SELECT park_reason, park_detail FROM event WHERE event_id = 'closed-P2' AND status = 'parked'"
    )
    assert parked["park_reason"] == "rule_failed"
    assert said in parked["park_detail"]
    # What other rules made of the contract still stands.
    assert before <= await insurer.live()

    await retry_parked(insurer.services, insurer.tenant)
    assert await claims(insurer) == list(SOUND)
    break_on()
    await retry_parked(insurer.services, insurer.tenant)
    assert await claims(insurer) == ["P1", "P2", "P3", "P4", "P5"]
    assert await insurer.parked() == {}


async def test_what_a_contract_stands_at_is_kept_while_its_host_breaks(insurer, send, break_on):
    await insurer.take(send.event("lapsed-P2", ContractLapsed(DAY), "P2", DAY))
    status = "SELECT status FROM contract WHERE contract_no = 'P2'"
    assert await insurer.value(status) == "lapsed"
    break_on(P2="dies")
    await close_claims(insurer, send)
    assert await insurer.value(status) == "lapsed"


async def test_a_rule_that_always_sleeps_is_left_out_soon(hurried_insurer, send, break_on):
    insurer = hurried_insurer
    break_on(**{f"P{n}": "sleeps" for n in range(1, 6)})
    taken = await close_claims(insurer, send)
    assert {row.code for row in taken.rows} == {"rule_failed"}
    said = [row.message.en for row in taken.rows]
    assert sum("took longer than" in words for words in said) == 2
    assert sum("left out" in words for words in said) == 3, "they are not waited for"
    break_on()
    await retry_parked(insurer.services, insurer.tenant)
    assert await claims(insurer) == ["P1", "P2", "P3", "P4", "P5"]


async def test_a_replaced_host_may_take_longer_to_load_than_a_batch_may(hurried_insurer, send, break_on):
    break_on(P2="dies", seconds_to_load="4.5")
    taken = await close_claims(hurried_insurer, send)
    assert [row.status for row in taken.rows] == ["accepted", "parked", "accepted", "accepted", "accepted"]


async def test_other_tenants_go_on_while_one_is_cut_off(house, insurer, send, break_on, patient):
    other = await house.insurer(services=Services(house.db, patient))
    break_on(P2="dies")
    await close_claims(insurer, send)
    await other.issue("P2")
    assert await other.parked() == {}


async def test_explaining_a_contract_its_host_breaks_on_is_refused(insurer, send, break_on):
    await close_claims(insurer, send)
    break_on(P2="dies")
    with pytest.raises(Refused) as refused:
        await explain_contract(insurer.services, insurer.tenant, "P2")
    assert refused.value.code == "contract.incomplete"
    told = await explain_contract(insurer.services, insurer.tenant, "P1")
    assert {one.plugin for one in told} == {"shandong_life", "unsound"}


async def test_settings_are_checked_by_the_plugin_that_takes_them(patient):
    assert await patient.check_settings("shandong_life", {"lines": ["life"]}) is None
    assert await patient.check_settings("shandong_life", {"lines": ["lottery"]})
    with pytest.raises(HostBroken):
        await patient.check_settings("nobody", {})


async def test_a_rule_that_wants_an_office_itself_called_is_parked(house, send, break_on):
    """Nobody holds the account of an office: its rules may open cases, and an obligation would have nobody to call."""
    break_on()
    async with PluginHost() as host:
        insurer = await house.insurer(services=Services(house.db, host), plugins=("unsound",))
        await insurer.take(send.event("T1", TipOffReceived(office="JN"), None, DAY, about="JN"))
        taken = await insurer.take(send.event("closed", ClaimClosed("CL1", DAY), "JN", DAY))
        assert (taken.rows[0].status, taken.rows[0].code) == ("parked", "rule_failed")
        assert "nobody can be called" in taken.rows[0].message.en
        assert await claims(insurer) == []


async def test_a_plugin_that_fails_on_an_outcome_is_cut_off_and_the_others_are_answered(
    hurried: PluginHost, break_on: Callable[..., None], send: Any
) -> None:
    """GEN-3: whatever becomes of the plugin, the contact is concluded, and what it answered elsewhere is done."""
    faults = {
        "P1": "raises", "P2": "exits", "P3": "sleeps", "P4": "dies", "P5": "wrong type", "P6": "unknown class", "P7": "unstorable",
    }  # fmt: skip
    break_on(**faults)
    numbers = (*faults, "P8")
    told = [
        Told(
            "unsound",
            ContactOutcome(
                key="k", rule="r", kind="claim", category="mandatory", contract=send.contract(number), unit=UnitView("JN", "city"),
                channel="phone", outcome="no_answer", ended_at=datetime(2026, 3, 9, 2, tzinfo=UTC), attempted=True, connected=False,
                right_party=False, completed=False, section_completed=False, affirmative=False, attempts=1,
            ),
            {},
            {},
        )
        for number in numbers
    ]  # fmt: skip
    answers = dict(zip(numbers, await hurried.react(told), strict=True))
    assert {number for number, answer in answers.items() if isinstance(answer, HostFailure)} == set(faults)
    assert [case.case_class for case in answers["P8"].cases] == ["known"]
    reasons = {number: answer.reason for number, answer in answers.items() if isinstance(answer, HostFailure)}
    assert "no idea" in reasons["P1"]
    assert "class unknown" in reasons["P6"]
    assert "can't be stored" in reasons["P7"]
    elsewhere = await hurried.react([msgspec.structs.replace(told[-1], plugin="shandong_life")])
    assert elsewhere[0].cases == ()
