"""The commands as a person at a terminal meets them."""

import tomllib
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from huifang_api.cli.root import COMMANDS, root
from huifang_core.sampling import Amount, Member, commitment, draw, population_hash
from huifang_core.sampling_proof import Bundle, DrawnMember
from huifang_core.windows import start_of_day

ROOT = Path(__file__).parents[3]
Huifang = Callable[..., Any]
GRACE = "SD-7a"


@pytest.fixture(scope="module")
def tenant(huifang: Huifang) -> str:
    """A sandbox tenant with the example export in it."""
    made = huifang(
        "tenant",
        "create",
        "cli",
        "--name",
        "命令行测试",
        "--cut-over",
        "2026-09-01",
        "--clock",
        "2026-10-12T09:00",
    )
    assert made.code == 0, made.err
    on = huifang("plugin", "enable", "shandong_life", "--tenant", "cli")
    assert on.code == 0, on.err
    done = huifang("import", "examples/core_export", "--tenant", "cli", "--json")
    assert done.code == 0, done.err
    return "cli"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(root, [name, "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.output


def test_wrong_use_ends_with_code_2_and_one_line(huifang: Huifang) -> None:
    for arguments in (["nonsense"], ["import"], ["tenant", "create", "Bad Slug", "--name", "x"], ["explain"]):
        ended = huifang(*arguments)
        assert ended.code == 2, arguments
        assert len(ended.err.strip().splitlines()) == 1, ended.err


def test_a_tenant_that_exists_is_refused_with_code_1(huifang: Huifang, tenant: str) -> None:
    again = huifang("tenant", "create", tenant, "--name", "x")
    assert again.code == 1
    assert "exists already" in again.err
    assert [t["slug"] for t in huifang("tenant", "list", "--json").json()] == ["cli"]


def test_the_same_files_again_change_nothing_and_say_so(huifang: Huifang, tenant: str) -> None:
    again = huifang("import", "examples/core_export", "--tenant", tenant, "--json")
    assert again.code == 0, again.err
    for report in again.json():
        assert report["counts"]["accepted"] == 0, report["file_name"]
        assert report["counts"]["unchanged"] == report["counts"]["rows"], report["file_name"]
        assert (report["obligations_made"], report["obligations_changed"]) == (0, 0)


def test_broken_rows_are_named_by_file_line_and_field_and_the_good_ones_go_in(huifang: Huifang) -> None:
    huifang("tenant", "create", "broken", "--name", "x", "--clock", "2026-10-12T09:00")
    ended = huifang("import", "examples/core_export_broken", "--tenant", "broken", "--json")
    assert ended.code == 1
    customers = next(r for r in ended.json() if r["file_name"] == "customers.csv")
    assert customers["counts"]["accepted"] > 0
    assert customers["counts"]["refused"] > 0
    assert all(line >= 1 and problem["field"] for line, problem in customers["problems"])


def test_refused_rows_are_written_to_be_corrected_and_go_in_then(huifang: Huifang, tmp_path: Path) -> None:
    huifang("tenant", "create", "correcting", "--name", "x", "--clock", "2026-10-12T09:00")
    file, folder = tmp_path / "customers.csv", tmp_path / "to_correct"
    file.write_text("customer_no,kind,name\nK1,individual,王小明\nK2,nobody,李雷\n", encoding="utf-8")
    ended = huifang("import", str(file), "--tenant", "correcting", "--failed-rows", str(folder))
    assert ended.code == 1
    failed = folder / "customers.failed.csv"
    assert "1 rows to correct are in" in ended.err
    assert failed.read_bytes().decode("utf-8-sig") == "customer_no,kind,name\r\nK2,nobody,李雷\r\n"
    assert failed.stat().st_mode & 0o077 == 0
    huifang("import", str(failed), "--tenant", "correcting", "--failed-rows", str(folder))
    assert (folder / "customers.failed-1.csv").read_bytes() == failed.read_bytes()
    failed.write_bytes(failed.read_bytes().replace(b"nobody", b"individual"))
    counts = huifang("import", str(failed), "--tenant", "correcting", "--json").json()[0]["counts"]
    assert (counts["accepted"], counts["refused"]) == (1, 0)


def test_strict_takes_in_nothing_of_a_broken_file(huifang: Huifang) -> None:
    huifang("tenant", "create", "strict", "--name", "x", "--clock", "2026-10-12T09:00")
    path = "examples/core_export_broken/customers.csv"
    ended = huifang("import", path, "--tenant", "strict", "--strict", "--json")
    assert ended.code == 1
    assert ended.json()[0]["status"] == "refused"
    # Nothing went in, so that the good rows are all new when they come a second time.
    counts = huifang("import", path, "--tenant", "strict", "--json").json()[0]["counts"]
    assert counts["unchanged"] == 0


def test_a_file_that_is_none_is_refused_with_its_reason(
    huifang: Huifang, tenant: str, tmp_path: Path
) -> None:
    empty = tmp_path / "events.csv"
    empty.write_bytes(b"")
    ended = huifang("import", str(empty), "--tenant", tenant)
    assert ended.code == 1
    assert "empty" in ended.err


def test_an_obligation_is_explained_in_both_languages(huifang: Huifang, tenant: str) -> None:
    """GEN-3: the parameter, its source and the days counted stand in the explanation."""
    contract = _contract_in_grace()
    chinese = huifang("explain", contract, "--tenant", tenant)
    english = huifang("explain", contract, "--tenant", tenant, "--lang", "en")
    assert chinese.code == english.code == 0
    assert GRACE in chinese.out
    assert "个工作日" in chinese.out
    assert "working day 15 before" in english.out


def test_a_stricter_parameter_is_tried_without_changing_anything(huifang: Huifang, tenant: str) -> None:
    """GEN-4: a change can be tried on existing contracts before it goes live."""
    stricter = '{"grace_period.before_end_working_days": 20}'
    tried = huifang("simulate", "shandong_life", "--parameters", stricter, "--tenant", tenant, "--json")
    assert tried.code == 0, tried.err
    moved = [d for d in tried.json()["differences"] if d["change"] == "moves"]
    assert moved
    assert {d["kind"] for d in moved} == {"grace_period"}
    assert all(d["due_by_instead"] < d["due_by"] for d in moved)
    as_is = huifang("simulate", "shandong_life", "--tenant", tenant, "--json").json()
    assert as_is["differences"] == []


def test_a_laxer_parameter_is_refused(huifang: Huifang, tenant: str) -> None:
    laxer = '{"grace_period.before_end_working_days": 10}'
    ended = huifang("plugin", "enable", "shandong_life", "--parameters", laxer, "--tenant", tenant)
    assert ended.code == 1
    assert "laxer" in ended.err


def test_a_report_comes_as_table_csv_and_xlsx(huifang: Huifang, tenant: str, tmp_path: Path) -> None:
    period = ("--from", "2026-09-01", "--to", "2026-10-31", "--tenant", tenant)
    assert "合计" in huifang("report", "callback_overview", *period).out
    for name in ("overview.csv", "overview.xlsx"):
        path = tmp_path / name
        assert huifang("report", "callback_overview", *period, "-o", str(path)).code == 0
        assert path.stat().st_size > 500


def test_the_doctor_finds_what_is_missing(huifang: Huifang, tenant: str) -> None:
    found = {f["check"]: f["state"] for f in huifang("doctor", "--json").json()}
    assert found["PostgreSQL"] == "ok"
    assert found["tenants"] == "ok"
    assert found["plugins"] == "ok"
    assert found["API"] == "warning"


def test_plugins_are_listed_with_their_rules(huifang: Huifang) -> None:
    listed = huifang("plugin", "list", "--json").json()
    rules = {rule["id"] for rule in listed["plugins"]["shandong_life"]["rules"]}
    assert {"new_contract", "grace_period", "after_grace_period"} <= rules
    assert listed["broken"] == []


def test_the_openapi_document_needs_no_server(huifang: Huifang, tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    assert huifang("openapi", "-o", str(path)).code == 0
    assert path.read_text("utf-8").startswith("openapi: 3.1")


def _contract_in_grace() -> str:
    """A contract of the export that entered a grace period."""
    for line in (ROOT / "examples/core_export/events.csv").read_text("utf-8").splitlines():
        cells = line.split(",")
        if "grace.entered" in cells:
            return cells[4]
    raise AssertionError("the export has no grace period")


def a_bundle(tmp_path: Path) -> Path:
    population = [Member(f"core/claim-{n}") for n in range(9)]
    amount = Amount("share", Decimal("0.25"))
    found = draw(population, amount, bytes(32), "ci/settled", "2026-03")
    opens, ends = start_of_day(date(2026, 3, 1)), start_of_day(date(2026, 4, 1))
    bundle = Bundle(
        plan="ci/settled",
        period="2026-03",
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        replace=False,
        commitment=commitment(bytes(32), "ci/settled", "2026-03"),
        committed_at=opens - timedelta(days=1),
        committed_late=False,
        amount=amount,
        population_hash=population_hash(population, "ci/settled", "2026-03"),
        closed_at=ends,
        seed=bytes(32).hex(),
        drawn_at=ends,
        members=tuple(
            DrawnMember(one.member.id, rank=one.rank, drawn=one in found.drawn) for one in found.ranked
        ),
    )
    path = tmp_path / "draw.json"
    path.write_bytes(msgspec.json.encode(bundle))
    return path


def test_dec_14_a_draw_is_verified_from_its_bundle_alone(tmp_path: Path) -> None:
    path = a_bundle(tmp_path)
    held = CliRunner().invoke(root, ["sampling", "verify", str(path)])
    assert (held.exit_code, held.output) == (0, "holds: 3 drawn of 9 by ci/settled in 2026-03\n")
    path.write_text(path.read_text().replace('"seed":"00', '"seed":"01'))
    broken = CliRunner().invoke(root, ["sampling", "verify", str(path), "--json"])
    assert broken.exit_code == 1
    assert '"holds": false' in broken.output
    assert "not the one that was committed to" in broken.output
    path.write_text("{}")
    assert CliRunner().invoke(root, ["sampling", "verify", str(path)]).exit_code == 1


def test_draws_are_listed_and_one_that_no_plan_makes_can_t_be_run(huifang: Huifang, tenant: str) -> None:
    assert huifang("sampling", "list", "--tenant", tenant, "--json").json() == []
    ended = huifang("sampling", "run", "motor/none", "2026-03", "--reason", "history", "--tenant", tenant)
    assert ended.code == 1
    assert "not_found" in ended.err


def test_a_case_is_played_with_every_step_and_exits_1_where_it_comes_out_otherwise(
    huifang: Huifang, tmp_path: Path
) -> None:
    """GEN-3: what an author sees of a contract somebody exported."""
    case = ROOT / "plugins/reference/cases/welcome.yaml"
    played = huifang("plugin", "replay", str(case))
    assert played.code == 0, played.err
    assert "reference/welcome/issue (open): 2026-09-25 00:00:00+08:00" in played.out
    other = tmp_path / "case.yaml"
    other.write_text(
        case.read_text("utf-8").replace("due_by: 2026-10-15 24:00", "due_by: 2026-10-14 24:00"), "utf-8"
    )
    differs = huifang("plugin", "replay", str(other), "--plugin", str(ROOT / "plugins/reference"))
    assert differs.code == 1
    assert differs.out.count("≠") == 2
    assert huifang("plugin", "replay", str(case), "--plugin", "no_such_plugin").code == 2


def test_another_release_is_tried_on_a_tenant_beside_the_installed_one(huifang: Huifang, tenant: str) -> None:
    """GEN-4: the installed release again changes nothing."""
    tried = huifang(
        "simulate", "shandong_life", "--release", "plugins/shandong_life", "--tenant", tenant, "--json"
    )
    assert tried.code == 0, tried.err
    assert tried.json()["contracts"] > 0
    assert tried.json()["differences"] == []


def test_an_obligation_is_given_away_by_who_may_and_anonymised_alone(huifang: Huifang, tenant: str) -> None:
    """REG-5."""
    unknown = "0190b7a0-0000-7000-8000-000000000000"
    given = ("obligation", "export", unknown, "--tenant", tenant, "--as", "nobody", "--reason", "in doubt")
    assert huifang(*given).code == 2, "it has to be said that it shall be anonymised"
    refused = huifang(*given, "--anonymised")
    assert refused.code == 1
    assert "staff.not_found" in refused.err


def test_ln_6_a_script_is_listed_filed_and_packed(huifang: Huifang, tenant: str, tmp_path: Path) -> None:
    script = ("liaoning_life", "liaoning_life.new_contract")

    def filed() -> dict[str, Any]:
        rows = huifang("script", "list", "--plugin", script[0], "--tenant", tenant, "--json").json()
        return next(row for row in rows if row["script"] == script[1])

    assert not filed()["filed"]
    said = ("--on", "2026-10-01", "--authority", "辽宁监管局", "--reference", "辽寿报〔2026〕12号")
    done = huifang("script", "file", *script, *said, "--tenant", tenant)
    assert (done.code, "on record as filed" in done.out) == (0, True), done.err
    assert filed()["filed"]
    assert huifang("script", "file", *script, *said, "--tenant", tenant).code == 1
    packed = huifang("script", "pack", *script, "-o", str(tmp_path), "--tenant", tenant)
    assert packed.code == 0, packed.err
    (file,) = tmp_path.glob("*.zip")
    assert filed()["hash"][:12] in file.name
    assert zipfile.ZipFile(file).testzip() is None
    unknown = huifang("script", "pack", script[0], "no", "--tenant", tenant)
    assert (unknown.code, "not_found" in unknown.err) == (1, True)


def test_plugins_are_pinned_by_version_and_hash() -> None:
    shown = CliRunner().invoke(root, ["plugin", "pin", "shandong_life"])
    assert shown.exit_code == 0
    (pinned,) = tomllib.loads(shown.output).values()
    assert len(pinned["sha256"]) == 64
    assert CliRunner().invoke(root, ["plugin", "pin", "no_plugin"]).exit_code == 2


def test_a_tenant_may_be_kept_to_some_plugins(huifang: Huifang, tenant: str) -> None:
    shown = huifang("tenant", "plugins", tenant)
    assert (shown.code, shown.out.strip()) == (0, f"{tenant} may use every plugin")
    kept = huifang("tenant", "plugins", tenant, "--allow", "shandong_life")
    assert (kept.code, kept.out.strip()) == (0, f"{tenant} may use shandong_life"), kept.err
    refused = huifang("plugin", "enable", "health", "--tenant", tenant)
    assert (refused.code, "plugin.not_allowed" in refused.err) == (1, True)
    assert huifang("tenant", "plugins", tenant, "--allow", "no_plugin").code == 2
    assert huifang("tenant", "plugins", tenant, "--any").code == 0
