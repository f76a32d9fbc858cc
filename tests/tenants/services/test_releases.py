"""Another release on a tenant's real history, and one contract of it for an author: nothing is changed, and nobody is named (GEN-4)."""

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from huifang_core.events import ContractDelivered, ContractIssued
from huifang_core.golden import read_cases
from huifang_core.golden.replay import replay
from huifang_core.registry import Registry
from huifang_core.units import Staff
from huifang_tenants.plugin_host import HostBroken, PluginHost
from huifang_tenants.services.case_export import export_case
from huifang_tenants.services.errors import Refused
from huifang_tenants.services.whatif import Simulation, simulate
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.stores.organisation import save_staff

SOURCE = Path(__file__).parents[3] / "plugins/reference"
TODAY = date(2026, 3, 10)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with the next release of the reference plugin, which counts five working days where the installed one counts ten."""
    folder = tmp_path / "reference"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    numbers = folder / "huifang_reference/parameters.yaml"
    numbers.write_text(
        numbers.read_text("utf-8").replace("{value: 10, cites: [GEN-5]", "{value: 5, cites: [GEN-5]", 1),
        "utf-8",
    )
    manifest = folder / "huifang_reference/manifest.py"
    manifest.write_text(manifest.read_text("utf-8").replace('version="0.2.0"', 'version="0.3.0"'), "utf-8")
    return folder


def as_wheel(folder: Path) -> Path:
    """The folder's package as a wheel, which is a zip of it with its papers."""
    wheel = folder.parent / "huifang_reference-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in sorted((folder / "huifang_reference").rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
        papers = "huifang_reference-0.3.0.dist-info"
        archive.writestr(
            f"{papers}/METADATA", "Metadata-Version: 2.1\nName: huifang-reference\nVersion: 0.3.0\n"
        )
        archive.writestr(
            f"{papers}/entry_points.txt", "[huifang.plugins]\nreference = huifang_reference.manifest\n"
        )
    return wheel


@pytest.fixture
async def insurer(house: Any, send: Any) -> Any:
    """Two contracts in scope and one that is not, under the installed release."""
    insurer = await house.insurer(plugins=("reference",))
    for number, line in (("R1", "property"), ("R2", "cargo"), ("R3", "life")):
        await insurer.take(
            send.customer(f"K{number}"),
            send.contract(number, line=line, seller_no="S77"),
            send.event(f"{number}-issued", ContractIssued(), number, date(2026, 3, 2)),
            send.event(f"{number}-delivered", ContractDelivered(date(2026, 3, 4)), number, date(2026, 3, 4)),
        )
    return insurer


async def tried(insurer: Any, host: PluginHost, **options: Any) -> Simulation:
    catalogue = await insurer.services.catalogue()
    steps = simulate(
        insurer.services, insurer.tenant, catalogue, "reference", today=TODAY, other=host, **options
    )
    return [result async for result in steps][-1]


@pytest.mark.parametrize("form", [lambda folder: folder, as_wheel], ids=["folder", "wheel"])
async def test_a_release_beside_the_installed_one_shows_what_it_would_move(
    insurer: Any, release: Path, form: Callable[[Path], Path]
) -> None:
    """GEN-4: counted by hand from Wednesday 4 March: five working days end on the 11th, ten on the 18th; the books stay as they are."""
    before = await insurer.fetch("SELECT id, due_by, plugin_version FROM obligation ORDER BY id")
    async with PluginHost(release=form(release)) as host:
        assert (await host.catalogue()).plugins["reference"].manifest.version == "0.3.0"
        assert "shandong_life" in (await host.catalogue()).plugins
        result = await tried(insurer, host)
    assert (result.contracts, result.failed, result.unchanged) == (3, 0, 0)
    moved = {(d.contract_no, d.change, d.kind): (d.due_by, d.due_by_instead) for d in result.differences}
    assert set(moved) == {("R1", "moves", "welcome"), ("R2", "moves", "welcome")}
    for due_by, instead in moved.values():
        assert due_by is not None
        assert instead is not None
        assert (due_by.isoformat(), instead.isoformat()) == (
            "2026-03-18T16:00:00+00:00",
            "2026-03-11T16:00:00+00:00",
        )
    assert await insurer.fetch("SELECT id, due_by, plugin_version FROM obligation ORDER BY id") == before
    assert (await insurer.services.catalogue()).plugins["reference"].manifest.version == "0.2.0"


async def test_a_release_may_be_tried_with_other_settings_and_one_that_is_none_is_told(
    insurer: Any, release: Path, tmp_path: Path
) -> None:
    async with PluginHost(release=release) as host:
        result = await tried(insurer, host, settings={"lines": ["property"]})
    assert {(d.contract_no, d.change) for d in result.differences} == {("R1", "moves"), ("R2", "vanishes")}
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    host = PluginHost(release=nothing)
    with pytest.raises(HostBroken):
        await host.catalogue()
    await host.close()


@pytest.fixture
async def obligation(insurer: Any) -> UUID:
    """The callback of R1; the people who may and may not give it away are there."""
    async with insurer.scope() as opened:
        await save_staff(
            opened,
            [Staff("CO", "张合规", "JN", ("compliance_officer",)), Staff("C1", "张一", "JN", ("caller",))],
        )
    [row] = await insurer.fetch(
        "SELECT o.id FROM obligation o JOIN contract c ON c.id = o.contract_id WHERE c.contract_no = 'R1'"
    )
    id: UUID = row["id"]
    return id


async def test_one_contract_goes_to_an_author_with_its_dates_and_without_its_people(
    insurer: Any, obligation: UUID, huifang_registry: Registry
) -> None:
    """GEN-4, REG-5: it comes out there as it did here, and the ledger says who gave it away and why."""
    actor = Actor("cli:obligation", "CO")
    document = await export_case(insurer.services, insurer.tenant, obligation, actor, "deadline in doubt")
    written = yaml.safe_dump(document, allow_unicode=True)
    assert not any(secret in written for secret in ("R1", "KR1", "S77", "王小明", "1380013"))
    [case] = read_cases(written).cases
    assert [event.type for event in case.given.events] == ["contract.issued", "contract.delivered"]
    assert case.given.events[1].data == {"delivered_on": "2026-03-04"}
    assert replay(huifang_registry.plugins["reference"], case).differences == ()
    [noted] = await insurer.fetch(
        "SELECT on_behalf_of, reason FROM ledger WHERE action = 'obligation.exported'"
    )
    assert tuple(noted) == ("CO", "deadline in doubt")


@pytest.mark.parametrize(
    ("staff_no", "known", "code"),
    [
        ("C1", True, "staff.not_permitted"),
        ("??", True, "staff.not_found"),
        (None, True, "staff.not_found"),
        ("CO", False, "not_found"),
    ],
)
async def test_not_everybody_may_give_a_contract_away(
    insurer: Any, obligation: UUID, staff_no: str | None, known: bool, code: str
) -> None:
    """REG-5."""
    id = obligation if known else UUID("0190b7a0-0000-7000-8000-000000000000")
    with pytest.raises(Refused) as refused:
        await export_case(insurer.services, insurer.tenant, id, Actor("cli:obligation", staff_no), "why")
    assert refused.value.code == code
    assert await insurer.fetch("SELECT 1 FROM ledger WHERE action = 'obligation.exported'") == []
