"""Where the wall time of an import goes: the stack is looked at every few milliseconds, and waits are told apart."""

import signal
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, Self

from huifang_tenants.plugin_host import PluginHost
from huifang_tenants.scope import Transaction

_EVERY = 0.002

# The innermost frame that one of these names decides: (end of the file's path, function or "" for all) -> stage.
_PLACES = (
    ("huifang_tenants/services/import_run.py", "check", "parse_check"),
    ("huifang_tenants/services/importing.py", "_chunks", "parse_check"),
    ("huifang_tenants/services/intake/snapshot.py", "", "resolve"),
    ("huifang_tenants/services/intake/resolve.py", "", "resolve"),
    ("huifang_core/reconcile.py", "", "resolve"),
    ("huifang_tenants/plugin_host.py", "", "host_messages"),
    ("huifang_tenants/fields.py", "", "encrypt"),
    ("huifang_tenants/services/intake/save.py", "", "encode"),
    ("huifang_tenants/stores/customers.py", "", "encode"),
    ("huifang_tenants/stores/contracts.py", "", "encode"),
    ("huifang_tenants/stores/events.py", "", "encode"),
    ("huifang_tenants/stores/obligations.py", "", "encode"),
    ("huifang_tenants/stores/ledger.py", "", "encode"),
    ("huifang_tenants/stores/bulk.py", "", "write"),
    ("huifang_tenants/scope.py", "", "write"),
    ("asyncio/base_events.py", "_run_once", "event_loop"),
)


class StageSampler:
    """Counts, while it is entered, in which stage the main thread stands; its timer signal is SIGALRM.

    While the event loop is idle, what is out decides: `wait_host`, `wait_database`, or `wait_both`.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._stages: dict[CodeType, str | None] = {}
        self._out = Counter[str]()
        self._undo: list[Callable[[], None]] = []

    def shares(self) -> dict[str, float]:
        """The share of each stage in the time it was entered, in percent, the largest first."""
        total = self._seen.total() or 1
        return {stage: 100 * seen / total for stage, seen in self._seen.most_common()}

    def __enter__(self) -> Self:
        self._count(PluginHost, "derive", "host")
        self._count_scopes()
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for undo in self._undo:
            undo()

    def _look(self, number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_filename.endswith("selectors.py"):
            self._seen[self._waiting()] += 1
            return
        while frame is not None:
            stage = self._stage(frame.f_code)
            if stage is not None:
                self._seen[stage] += 1
                return
            frame = frame.f_back
        self._seen["other"] += 1

    def _waiting(self) -> str:
        host, database = self._out["host"] > 0, self._out["database"] > 0
        if host and database:
            return "wait_both"
        return "wait_host" if host else "wait_database"

    def _stage(self, code: CodeType) -> str | None:
        if code not in self._stages:
            found = (
                stage
                for path, function, stage in _PLACES
                if code.co_filename.endswith(path) and function in ("", code.co_name)
            )
            self._stages[code] = next(found, None)
        return self._stages[code]

    def _count(self, owner: Any, name: str, what: str) -> None:
        whole = getattr(owner, name)

        async def counted(*args: Any, **options: Any) -> Any:
            self._out[what] += 1
            try:
                return await whole(*args, **options)
            finally:
                self._out[what] -= 1

        setattr(owner, name, counted)
        self._undo.append(lambda: setattr(owner, name, whole))

    def _count_scopes(self) -> None:
        begin, leave = Transaction.__aenter__, Transaction.__aexit__

        async def entered(transaction: Transaction) -> Transaction:
            self._out["database"] += 1
            try:
                return await begin(transaction)
            except BaseException:
                self._out["database"] -= 1
                raise

        async def left(transaction: Transaction, *how: Any) -> None:
            try:
                await leave(transaction, *how)
            finally:
                self._out["database"] -= 1

        for name, method, whole in (("__aenter__", entered, begin), ("__aexit__", left, leave)):
            setattr(Transaction, name, method)
            self._undo.append(lambda name=name, whole=whole: setattr(Transaction, name, whole))  # type: ignore[misc]
