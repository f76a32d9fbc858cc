"""The main job, from the export of a core system to proven contacts, as `make run ARGS=--once` does it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]


def _environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIFANG_")}
    return {**kept, "HUIFANG_HOME": str(home), "HUIFANG_PORT": str(_free_port())}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _once(environ: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "huifang_api", "demo", "--once", "--json"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an installation of its own."""
    return _environ(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def day(environ: dict[str, str]) -> dict[str, Any]:
    """What the demo printed."""
    return _once(environ)


def test_the_day_is_worked_without_a_problem(day: dict[str, Any]) -> None:
    assert day["problems"] == []
    assert sum(day["outcomes"].values()) == len(day["contacts"]) > 50
    assert day["outcomes"]["completed"] > 0


def test_every_kind_of_callback_the_export_calls_for_is_there(day: dict[str, Any]) -> None:
    """SD-1: new contracts, renewals in and after their grace period, lapses, surrenders, claims."""
    kinds = {item["kind"] for item in day["obligations"] if item["plugin"] == "shandong_life"}
    assert kinds == {"new_contract", "grace_period", "after_grace_period", "lapse", "surrender", "claim"}


def test_the_plugins_that_bind_the_insurer_have_their_callbacks_and_no_others(day: dict[str, Any]) -> None:
    """HI-2: health policies are followed up beside what the bureau's guide demands."""
    assert {item["plugin"] for item in day["obligations"]} == {"shandong_life", "health"}


def test_a_plugin_that_is_not_installed_is_refused_with_those_that_are(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "huifang_api", "demo", "--once", "--plugin", "nowhere"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "--plugin nowhere: not installed; installed:" in done.stderr
    assert "shandong_life" in done.stderr


def test_completed_calls_have_their_recording_and_count_as_successful_only_if_affirmed(
    day: dict[str, Any],
) -> None:
    """REG-2, REG-3: completed and successful are two facts."""
    completed = [c for c in day["contacts"] if c["completed"]]
    assert completed
    done_today = [
        o for o in day["obligations"] if o["status"] == "completed" and o["completed_contact_id"] is not None
    ]
    successful = [o for o in done_today if o["successful"]]
    assert 0 < len(successful) < len(done_today)


def test_answers_opened_cases(day: dict[str, Any]) -> None:
    assert day["cases"]
    assert {case["status"] for case in day["cases"]} == {"open"}


def test_a_gap_in_the_control_totals_and_a_missing_delivery_raise_alarms(day: dict[str, Any]) -> None:
    """DEC-12, and the event that the export lacks on purpose."""
    kinds = Counter(alarm["kind"] for alarm in day["alarms"])
    assert kinds["control_total_gap"] >= 1
    assert kinds["delivery_missing"] >= 1


def test_what_each_unit_lacks_is_shown(day: dict[str, Any]) -> None:
    """SD-3: fed by the export's trainings, callback policies and departments."""
    assert day["report"]["id"] == "organisation_readiness"
    [table] = day["report"]["tables"]
    ids = [measure["id"] for measure in table["measures"]]
    units = {
        row["dimensions"][2]["code"]: dict(zip(ids, row["values"], strict=True)) for row in table["rows"]
    }
    assert {code for code, row in units.items() if row["department_missing"]} == {"SD-YT", "SD-LY"}
    assert {"SD-YT", "SD-WF", "SD-LY"} <= {code for code, row in units.items() if not row["policy_on_file"]}
    assert (units["SD"]["workers"], units["SD"]["trained"], units["SD"]["posts"]) == (7, 6, 9)


def test_what_is_done_is_not_done_again_after_a_restart(day: dict[str, Any], environ: dict[str, str]) -> None:
    again = _once(environ)
    before = {item["id"]: item for item in day["obligations"]}
    after = {item["id"]: item for item in again["obligations"]}
    assert before.keys() == after.keys()
    for id, item in before.items():
        if item["status"] == "completed":
            assert after[id]["completed_at"] == item["completed_at"]
    assert len(again["contacts"]) >= len(day["contacts"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_serves_until_it_is_told_to_stop_and_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path
) -> None:
    environ = _environ(tmp_path)
    address = f"http://127.0.0.1:{environ['HUIFANG_PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "huifang_api", "up"],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(4)]
        assert said[-1] == "Stop with Ctrl-C.\n"
        assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200
        assert httpx.get(f"{address}/docs", timeout=60).status_code == 200
        process.send_signal(number)
        assert process.wait(120) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{address}/readyz", timeout=2)
    assert _processes_of(tmp_path) == []


def _processes_of(home: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(home).encode() in words:
                found.append(words.decode(errors="replace"))
    return found
