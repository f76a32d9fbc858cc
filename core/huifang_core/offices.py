"""What plugins of offices write alike: their common settings, which payers are in scope, who speaks for one, how long records are kept."""

from typing import Annotated

import msgspec

from huifang_core.accounts import is_of_office
from huifang_core.applicability import of_line, supervised_by
from huifang_core.contracts import Contract
from huifang_core.customers import Party
from huifang_core.events import AccountLine
from huifang_core.obligations import CalledParty, Retention
from huifang_core.packaged import described
from huifang_core.rules import UnitView
from huifang_core.trace import Trace


class OfficeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings that every plugin of an office has; each with a default."""

    lines: Annotated[
        tuple[AccountLine, ...],
        described(
            "业务类别",
            "lines of business",
            "适用的登记类别：社会保险、税务。",
            "Registrations in scope: social security, tax.",
            min_length=1,
        ),
    ] = ("social_security", "tax")
    supervising_bureaus: Annotated[
        tuple[str, ...],
        described(
            "主管局",
            "supervising bureaus",
            "仅适用于由所列主管局管辖的机构；留空则适用于全部机构。机构未登记主管局的，按适用处理（DEC-11）。",
            "Only payers of offices under one of these bureaus are in scope; empty: of all offices. An office without a bureau on "
            "file is treated as in scope (DEC-11).",
        ),
    ] = ()
    retention_years: Annotated[
        int,
        described(
            "回访记录保存年限",
            "years that records are kept",
            "登记或缴费没有保险合同可供计算保存期限，由此设置决定，不得为空（DEC-15）。",
            "No insurance contract bounds how long records of payers are kept, so this does; it is never empty (DEC-15).",
            ge=1,
            le=100,
        ),
    ] = 5
    ignore_make_up_days: Annotated[
        bool,
        described(
            "调休上班日不计为工作日",
            "make-up weekends don't count",
            "开启后，调休上班的周末不计为工作日（REG-8），期限会推后。",
            "If on, weekends worked in exchange for a holiday don't count as working days (REG-8), and deadlines come later.",
        ),
    ] = False
    office_name: Annotated[
        str,
        described(
            "话术中的单位名称",
            "the office's name in scripts",
            "回访时报出的单位名称；留空则用本系统登记的名称。",
            "The name that callers give; empty: the name the tenant is registered by.",
            max_length=100,
        ),
    ] = ""


def payer_in_scope(
    contract: Contract, unit: UnitView, settings: OfficeSettings, trace: Trace, *, cites: str
) -> bool:
    """Tell whether an account is a payer's, of a line and under a bureau in scope (DEC-11); `cites` names the requirement."""
    if not of_line(contract, settings.lines, trace, cites=cites):
        return False
    if is_of_office(contract):
        trace.decision(
            "account",
            f"此为机构{unit.code}自身的账户，没有可联系的缴费人（{cites}）",
            f"the account of office {unit.code} itself: there is no payer to contact ({cites})",
        )
        return False
    return not settings.supervising_bureaus or supervised_by(
        unit, settings.supervising_bureaus, trace, cites=cites
    )


def kept(settings: OfficeSettings) -> Retention:
    """Return how long records are kept, by the office's own setting (DEC-15)."""
    return Retention(settings.retention_years, ("DEC-15",))


def speakers(customer: Party, *of_organisation: CalledParty) -> tuple[CalledParty, ...]:
    """Return who is called: a person, or of an organisation those given, in that order."""
    return ("policyholder",) if customer.kind == "individual" else of_organisation
