"""The tutorial in plugins/AUTHORING.md, followed to its end: package, checks, wheel, fresh environment, a tenant."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from datetime import date
from pathlib import Path

import pytest
from huifang_api.embedded import EmbeddedPostgres
from huifang_core.scaffold import new_plugin

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "plugins/AUTHORING.md"

UNITS = "code,name,level,parent,region,supervisor\nJS,江苏分公司,province,,320000,jiangsu\n"
CUSTOMERS = "customer_no,kind,name,phones\nC1,individual,王小明,13900000001\n"
CONTRACTS = (
    "contract_no,line,unit,policyholder,effective_on,cooling_off_days\nJS-0001,life,JS,C1,2026-02-10,15\n"
)
EVENTS = (
    "id,source,type,time,contract_no,delivered_on\n"
    "1,urn:core,contract.issued,2026-02-10T09:30:00+08:00,JS-0001,\n"
    "2,urn:core,contract.delivered,2026-02-13T15:00:00+08:00,JS-0001,2026-02-13\n"
)


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the tutorial leaves it."""
    folder = tmp_path_factory.mktemp("author")
    new_plugin("jiangsu_life", folder, today=date(2026, 11, 25))
    files = re.findall(r"```\w+ file=(\S+)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(files) >= 7
    for name, content in files:
        (folder / "jiangsu_life" / name).write_text(content, "utf-8")
    return folder / "jiangsu_life"


@pytest.fixture(scope="module")
def environment(tutorial: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the plugin's wheel installed; third parties and the product come from this one."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin/python"
    wheels = folder / "dist"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheels), str(tutorial))
    (wheel,) = wheels.iterdir()
    run(*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (packages,) = folder.glob("lib/*/site-packages")
    here = sysconfig.get_paths()["purelib"]
    (packages / "product.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return python


def run(*command: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_tutorial_s_package_conforms_and_its_cases_come_out(environment: Path) -> None:
    report = json.loads(
        run(
            str(environment),
            "-m",
            "huifang_core.conformance",
            "jiangsu_life",
            "--json",
            "--today",
            "2026-11-25",
        )
    )
    assert report["passed"]
    assert report["findings"] == []


def test_its_own_tests_pass(environment: Path, tutorial: Path) -> None:
    said = run(
        str(environment), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:valkey", cwd=tutorial
    )
    assert "7 passed" in said


def test_installed_and_switched_on_it_makes_the_obligation_the_tutorial_worked_out(
    environment: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUIFANG_")}
    environ["HUIFANG_HOME"] = str(home)
    export = tmp_path / "export"
    export.mkdir()
    for name, content in (
        ("units", UNITS),
        ("customers", CUSTOMERS),
        ("contracts", CONTRACTS),
        ("events", EVENTS),
    ):
        (export / f"{name}.csv").write_text(content, "utf-8")

    def huifang(*arguments: str) -> str:
        return run(str(environment), "-m", "huifang_api", *arguments, env=environ)

    with EmbeddedPostgres(home):
        huifang("tenant", "create", "mine", "--name", "示例人寿", "--clock", "2026-02-14T09:00")
        assert "jiangsu_life" in json.loads(huifang("plugin", "list", "--json"))["plugins"]
        huifang("plugin", "enable", "jiangsu_life", "--tenant", "mine")
        huifang("import", str(export), "--tenant", "mine")
        told = huifang("explain", "JS-0001", "--tenant", "mine", "--lang", "en")
    assert "day 8 after 2026-02-13 (not counting that day) is 2026-02-21; due by its end" in told
    assert "due: callback for a new contract (JS-1)" in told
