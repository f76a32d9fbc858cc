"""Whether the plugin's modules keep to what a rule may use, read from their source: no clock, no chance, no input or output.

What is loaded at import through `importlib.resources` is the plugin's own files and allowed. This finds mistakes, not malice: plugins
are trusted code that runs in host processes.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from huifang_core.conformance.findings import Finding
from huifang_core.registry import Plugin
from huifang_core.texts import text

ALLOWED_IMPORTS = frozenset(
    {
        "__future__",
        "abc",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "huifang_core",
        "importlib.resources",
        "itertools",
        "math",
        "msgspec",
        "operator",
        "re",
        "string",
        "types",
        "typing",
        "zoneinfo",
    }
)
"""What a plugin's modules may import, besides the plugin itself."""

_CLOCKS = frozenset({"now", "today", "utcnow", "fromtimestamp", "time_ns", "perf_counter", "monotonic"})
_BUILTINS = frozenset(
    {"open", "exec", "eval", "compile", "input", "print", "__import__", "breakpoint", "globals", "hash", "id"}
)


def check_code(plugin: Plugin) -> Iterator[Finding]:
    """Yield what the plugin's modules use that they must not, with file and line."""
    package = plugin.module.split(".")[0]
    root = _folder(package)
    if root is None:
        return
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for line, zh, en in _faults(tree, package):
            yield Finding(
                check="code",
                severity="error",
                subject=f"{package}/{path.relative_to(root)}:{line}",
                message=text(zh, en),
                fix=text(
                    "规则是纯函数：只用传入的事件、合同、参数、设置和日历。",
                    "rules are pure functions: use the event, contract, parameters, settings and calendar handed in, nothing else.",
                ),
            )


def _folder(package: str) -> Path | None:
    module = sys.modules.get(package)
    file = getattr(module, "__file__", None)
    if file is None:
        spec = find_spec(package)
        file = spec.origin if spec is not None else None
    return Path(file).parent if file is not None and Path(file).name == "__init__.py" else None


def _faults(tree: ast.Module, package: str) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for name in names:
                    if not _may_import(name.name, package):
                        yield node.lineno, f"导入了{name.name}", f"imports {name.name}"
            case ast.ImportFrom(module=str() as module, level=0) if not _may_import(module, package):
                yield node.lineno, f"导入了{module}", f"imports {module}"
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in _CLOCKS:
                yield node.lineno, f"读取了时钟：{attribute}()", f"reads the clock: {attribute}()"
            case ast.Call(func=ast.Name(id=name)) if name in _BUILTINS:
                yield node.lineno, f"调用了{name}()", f"calls {name}()"
            case ast.Global(names=names):
                yield (
                    node.lineno,
                    f"修改模块变量：{', '.join(names)}",
                    f"changes module variables: {', '.join(names)}",
                )
            case _:
                pass


def _may_import(module: str, package: str) -> bool:
    parts = module.split(".")
    return parts[0] == package or any(".".join(parts[: n + 1]) in ALLOWED_IMPORTS for n in range(len(parts)))
