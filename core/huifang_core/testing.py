"""A pytest plugin for authors of Huifang plugins: golden cases run as tests, and two fixtures.

Installed with the kernel, it does nothing in a project without plugins: only YAML files in a folder named `cases` that begin
with `huifang_cases: 1` are looked at, and the kernel is imported only then. The format is described in
`huifang_core.golden.format`.

    def test_a_second_issue_makes_no_second_callback(derive_case):
        found = derive_case("my_plugin", contract={"line": "life"}, events=[{"type": "contract.issued", "at": "2026-01-05"}])
        assert [f.desired.draft.kind for f in found] == ["new_contract"]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from huifang_core.golden import Case, Found
    from huifang_core.registry import Plugin, Registry

DeriveCase = Callable[..., "tuple[Found, ...]"]
"""`derive_case(plugin_id, **given)`: the obligations that come of what is given, as a golden case would give it."""

_HEADER = re.compile(rb"^huifang_cases:\s*1\s*(?:#.*)?$", re.MULTILINE)
_HEADER_WITHIN = 4096


class GoldenCaseFailed(Exception):
    """A golden case came out otherwise than expected; `problems` says how."""

    def __init__(self, case: Case, problems: list[str]) -> None:
        super().__init__(case.name)
        self.case, self.problems = case, problems


class GoldenCase(pytest.Item):
    """One golden case as a test."""

    def __init__(self, *, plugin: str, case: Case, **rest: Any) -> None:
        super().__init__(**rest)
        self._plugin, self._case = plugin, case

    def runtest(self) -> None:
        """Run the case; raises `GoldenCaseFailed` with all that differs."""
        from huifang_core.golden import check_case

        problems = check_case(_plugin(_registry(self.config), self._plugin), self._case)
        if problems:
            raise GoldenCaseFailed(self._case, problems)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what differs, and nothing of the machinery."""
        from huifang_core.golden import GoldenError

        match excinfo.value:
            case GoldenCaseFailed(case=case, problems=problems):
                head = f"{case.name} ({', '.join(case.cites)})"
                return "\n".join([head, *(f"  - {problem}" for problem in problems)])
            case GoldenError(reason=reason):
                return f"{self._case.name}: {reason}"
            case _:
                return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the case stands."""
        return self.path, None, f"golden case: {self.name}"


class GoldenFile(pytest.File):
    """A file of golden cases."""

    def collect(self) -> Iterator[GoldenCase]:
        """Yield one test per case; a file that can't be read is an error of collection."""
        from huifang_core.golden import GoldenError, read_cases

        try:
            found = read_cases(self.path.read_text("utf-8"))
        except (GoldenError, UnicodeDecodeError) as error:
            raise self.CollectError(f"{self.path}: {error}") from error
        for case in found.cases:
            yield GoldenCase.from_parent(self, name=case.name, plugin=found.plugin, case=case)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> GoldenFile | None:
    """Collect YAML files in folders named `cases` that hold the header of golden cases."""
    if file_path.suffix not in (".yaml", ".yml") or file_path.parent.name != "cases":
        return None
    with file_path.open("rb") as file:
        head = file.read(_HEADER_WITHIN)
    if not _HEADER.search(head):
        return None
    collected: GoldenFile = GoldenFile.from_parent(parent, path=file_path)
    return collected


@pytest.fixture(scope="session")
def huifang_registry(request: pytest.FixtureRequest) -> Registry:
    """The registry of all installed Huifang plugins."""
    return _registry(request.config)


@pytest.fixture
def derive_case(huifang_registry: Registry) -> DeriveCase:
    """Derive obligations from what is given: `derive_case("my_plugin", contract={...}, events=[...])`."""
    import msgspec

    from huifang_core.golden import Given, derive_given

    def derive(plugin: str, /, **given: Any) -> tuple[Found, ...]:
        return derive_given(_plugin(huifang_registry, plugin), msgspec.convert(given, Given))

    return derive


_REGISTRY = pytest.StashKey["Registry"]()


def _registry(config: pytest.Config) -> Registry:
    from huifang_core.registry import load_registry

    if _REGISTRY not in config.stash:
        config.stash[_REGISTRY] = load_registry()
    return config.stash[_REGISTRY]


def _plugin(registry: Registry, id: str) -> Plugin:
    from huifang_core.golden import GoldenError

    found = registry.plugins.get(id)
    if found is not None:
        return found
    reason = next((broken.reason for broken in registry.broken if broken.id == id), "it is not installed")
    raise GoldenError(f"plugin {id} can't be used: {reason}")
