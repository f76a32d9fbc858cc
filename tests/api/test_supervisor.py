"""The supervisor restarts what dies, gives up loudly, and leaves no process behind, not even when killed itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from huifang_api import last_will
from huifang_api.embedded.process import command_line
from huifang_api.supervisor import (
    ChildProcess,
    Patience,
    Supervisor,
    SupervisorError,
    exit_on_signals,
)

QUICK = Patience(first_pause=0.05, longest_pause=0.2, healthy_after=60.0, quick_deaths=3)
STUBBORN = "trap '' TERM; while :; do sleep 0.1; done"

SUPERVISING = """
import sys
from pathlib import Path
from huifang_api.supervisor import ChildProcess, Supervisor
log = Path(sys.argv[1])
children = [ChildProcess(name, ("/bin/sh", "-c", script)) for name, script in zip(sys.argv[2::2], sys.argv[3::2])]
supervisor = Supervisor(children, log, stop_within=1.0)
supervisor.run()
"""


def shell(name: str, script: str) -> ChildProcess:
    return ChildProcess(name, ("/bin/sh", "-c", script))


def eventually(what: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def words(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def supervising(log: Path, *children: ChildProcess) -> subprocess.Popen[bytes]:
    scripts = [word for child in children for word in (child.name, child.command[2])]
    return subprocess.Popen([sys.executable, "-c", SUPERVISING, str(log), *scripts], stderr=subprocess.PIPE)


def test_output_goes_to_rotated_logs_and_the_environment_is_given(tmp_path: Path) -> None:
    for greeting in ("first", "second"):
        child = ChildProcess(
            "talker",
            ("/bin/sh", "-c", "echo $GREETING; echo oops >&2; exec sleep 60"),
            {"GREETING": greeting},
        )
        with Supervisor([child], tmp_path) as supervisor:
            eventually(lambda: "oops" in words(tmp_path / "talker.log"))
            assert set(supervisor.pids()) == {"talker"}
    assert words(tmp_path / "talker.log") == ["second", "oops"]
    assert words(tmp_path / "talker.log.1") == ["first", "oops"]


def test_verbose_output_goes_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    seen = ""

    def greeted() -> bool:
        nonlocal seen
        seen += capfd.readouterr().out
        return "good morning" in seen

    with Supervisor([shell("talker", "echo good morning; exec sleep 60")], tmp_path, verbose=True):
        eventually(greeted)
    assert not (tmp_path / "talker.log").exists()


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor([shell("api", "exec sleep 60")], tmp_path, patience=QUICK) as supervisor:
        first = supervisor.pids()["api"]
        os.kill(first, signal.SIGKILL)
        eventually(lambda: supervisor.pids().get("api", first) != first)
        supervisor.check()
    assert not command_line(first)


def test_what_a_dead_process_started_does_not_outlive_it(tmp_path: Path) -> None:
    with Supervisor([shell("api", "sleep 61 & echo $!; wait")], tmp_path, patience=QUICK) as supervisor:
        eventually(lambda: words(tmp_path / "api.log"))
        worker = int(words(tmp_path / "api.log")[0])
        os.kill(supervisor.pids()["api"], signal.SIGKILL)
        eventually(lambda: not command_line(worker))


def test_it_gives_up_with_the_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor([shell("worker", "echo no database; exit 3")], tmp_path, patience=QUICK)
    with pytest.raises(
        SupervisorError, match="ended 3 times in a row, the last time with exit code 3"
    ) as caught:
        supervisor.run()
    assert caught.value.last_words.endswith("no database")
    assert caught.value.log == tmp_path / "worker.log"


def test_a_command_that_does_not_exist_stops_those_before_it(tmp_path: Path) -> None:
    supervisor = Supervisor([shell("api", "exec sleep 62"), ChildProcess("worker", ("/no/such",))], tmp_path)
    with pytest.raises(SupervisorError, match="worker can't be started"):
        supervisor.start()
    assert supervisor.pids() == {}


def test_they_stop_in_reverse_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    script = f"trap 'echo $NAME >> {order}; exit 0' TERM; echo up; while :; do sleep 0.02; done"
    children = [
        ChildProcess(name, ("/bin/sh", "-c", script), {"NAME": name}) for name in ("api", "worker", "relay")
    ]
    with Supervisor(children, tmp_path):
        eventually(lambda: all(words(tmp_path / f"{child.name}.log") for child in children))
    assert words(order) == ["relay", "worker", "api"]


def test_one_that_hangs_is_killed_and_costs_the_others_nothing(tmp_path: Path) -> None:
    polite = f"trap 'echo bye > {tmp_path}/bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"
    children = [shell("api", polite), shell("worker", f"echo up; {STUBBORN}")]
    with Supervisor(children, tmp_path, stop_within=8.0) as supervisor:
        eventually(lambda: all(words(tmp_path / f"{child.name}.log") for child in children))
        pids = supervisor.pids().values()
        began = time.monotonic()
    assert time.monotonic() - began < 8.0
    assert words(tmp_path / "bye") == ["bye"]
    assert not any(command_line(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_and_run_returns(tmp_path: Path, number: signal.Signals) -> None:
    with supervising(tmp_path, shell("api", "echo $$; exec sleep 63")) as running:
        eventually(lambda: words(tmp_path / "api.log"))
        running.send_signal(number)
        assert running.wait(60) == 0
    assert not command_line(int(words(tmp_path / "api.log")[0]))


@pytest.mark.parametrize("script", ["sleep 64 & echo $! $$; wait", f"sleep 64 & echo $! $$; {STUBBORN}"])
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path, script: str) -> None:
    with supervising(tmp_path, shell("api", script)) as running:
        eventually(lambda: len(words(tmp_path / "api.log")) == 2)
        running.kill()
    pids = [int(word) for word in words(tmp_path / "api.log")]
    eventually(lambda: not any(command_line(pid) for pid in pids))


def test_a_killed_last_will_is_written_anew(tmp_path: Path) -> None:
    with supervising(tmp_path, shell("api", "echo $$; exec sleep 65")) as running:
        eventually(lambda: words(tmp_path / "api.log"))
        wills = children_running(running.pid, last_will.__file__)
        os.kill(wills[0], signal.SIGKILL)
        eventually(lambda: children_running(running.pid, last_will.__file__) not in ([], wills))
        time.sleep(0.2)
        running.kill()
    eventually(lambda: not command_line(int(words(tmp_path / "api.log")[0])))


def test_a_server_that_dies_is_revived(tmp_path: Path) -> None:
    class Mortal:
        name = "valkey"
        alive = True
        starts = 0

        def start(self) -> str:
            self.alive, self.starts = True, self.starts + 1
            return ""

        def is_running(self) -> bool:
            return self.alive

    server = Mortal()
    with Supervisor([], tmp_path, servers=[server], patience=QUICK) as supervisor:
        server.alive = False
        eventually(lambda: server.starts == 1)
        for _ in range(QUICK.quick_deaths):
            server.alive = False
            eventually(lambda: server.alive or supervisor_failed(supervisor))
        with pytest.raises(SupervisorError, match="valkey ended 3 times in a row"):
            supervisor.check()


def test_waiting_ends_with_the_answer_the_deadline_or_a_failure(tmp_path: Path) -> None:
    ready = threading.Event()
    with Supervisor([shell("api", "exit 1")], tmp_path, patience=QUICK) as supervisor:
        threading.Timer(0.1, ready.set).start()
        supervisor.wait_until(ready.is_set, "the API")
        with pytest.raises(SupervisorError, match="api ended 3 times in a row"):
            supervisor.wait_until(lambda: False, "the API", within=60.0)
    with (
        Supervisor([], tmp_path) as supervisor,
        pytest.raises(SupervisorError, match="the API was not ready after 0 s"),
    ):
        supervisor.wait_until(lambda: False, "the API", within=0.2)


def test_a_signal_unwinds_what_is_going_on_once() -> None:
    unwound = []

    def work() -> None:
        with exit_on_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                unwound.append("stopped")

    with pytest.raises(SystemExit) as caught:
        work()
    assert caught.value.code == 128 + signal.SIGTERM
    assert unwound == ["stopped"]


def supervisor_failed(supervisor: Supervisor) -> bool:
    try:
        supervisor.check()
    except SupervisorError:
        return True
    return False


def children_running(parent: int, program: str) -> list[int]:
    tasks = Path(f"/proc/{parent}/task")
    children = {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}
    return sorted(pid for pid in children if f" {program} " in command_line(pid))
