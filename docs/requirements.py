"""Writes docs/requirements.md: for each requirement what holds it, and which tests prove it.

python docs/requirements.py            write it anew
python docs/requirements.py --check    exit 1, saying what is wrong, where it is not current or a requirement has a gap
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from huifang_core.catalogue import PluginEntry, catalogue_of
from huifang_core.registry import load_registry

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs/requirements.yaml"
TABLE = ROOT / "docs/requirements.md"
ID = re.compile(r"\b(?:SD|LN|HT|PC|CI|MS|HI|SP|CARE|TS|PF|GEN|REG|DEC)-\d+[a-h]?\b")
CODE = ("core", "tenants", "api")
SHOWN = 4
TO_BE_READ = "reference"
# The plugin that shows authors how one is written holds no requirement, whatever it cites.


def holders() -> dict[str, list[str]]:
    """What holds each requirement: declarations of plugins that cite it, and modules of the product that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for plugin, entry in catalogue_of(load_registry()).plugins.items():
        if plugin == TO_BE_READ:
            continue
        for what, cites in _declared(entry):
            for id in cites:
                if id != "none":
                    found[id].append(f"{plugin}: {what}")
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for id in sorted(set(ID.findall(path.read_text("utf-8")))):
                found[id].append(str(path.relative_to(ROOT)))
    return found


def proofs() -> dict[str, list[str]]:
    """Which tests prove each requirement: functions that name it, and golden cases that cite it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, ids in _tests_in(path):
            for id in ids:
                found[id].append(f"{path.relative_to(ROOT / 'tests')}::{name}")
    for path in sorted((ROOT / "plugins").glob("*/cases/*.yaml")):
        if path.parts[-3] == TO_BE_READ:
            continue
        for case in yaml.safe_load(path.read_text("utf-8"))["cases"]:
            for id in case["cites"]:
                found[id].append(f"{path.relative_to(ROOT / 'plugins')}: {case['name']}")
    return found


def gaps(wanted: Mapping[str, Mapping[str, object]]) -> list[str]:
    """What is wrong: a requirement nothing holds or proves, one still called planned, an id that is on no list."""
    held, proven = holders(), proofs()
    wrong = []
    for id, entry in wanted.items():
        missing = [name for name, side in (("holder", held), ("proof", proven)) if not side.get(id)]
        if missing and not entry.get("planned"):
            wrong.append(f"{id} has no {' and no '.join(missing)}")
        if not missing and entry.get("planned") is True and _is_there(id, held[id]):
            wrong.append(f"{id} is held and proven: it is no longer planned")
    unknown = sorted(id for id in held if not any(known.startswith(id) for known in wanted))
    return wrong + [f"{id} is named, but docs/requirements.yaml lacks it" for id in unknown]


def table(wanted: Mapping[str, Mapping[str, object]]) -> str:
    """The page."""
    held, proven = holders(), proofs()
    lines = [
        "# Requirements, what holds them, and what proves it",
        "",
        "Made by `make docs` from `docs/requirements.yaml` and the code; CI fails where a requirement lacks either side. Of many only",
        f"{SHOWN} are shown, plugins' declarations first.",
        "",
    ]
    part = None
    for id, entry in wanted.items():
        if entry["of"] != part:
            part = entry["of"]
            lines += [
                "",
                f"## {part}",
                "",
                "| ID | requirement | held by | proven by |",
                "| --- | --- | --- | --- |",
            ]
        open_part = entry.get("planned")
        planned = f" *(planned{'' if open_part is True else f': {open_part}'})*" if open_part else ""
        lines.append(
            f"| {id} | {entry['en']}{planned} | {_cell(held.get(id, []))} | {_cell(proven.get(id, []))} |"
        )
    return "\n".join(lines) + "\n"


def _declared(entry: PluginEntry) -> Iterator[tuple[str, tuple[str, ...]]]:
    for rule in entry.rules:
        yield f"rule {rule.id}", rule.cites
    for plan in entry.plans:
        yield f"plan {plan.id}", plan.cites
    for schedule in entry.schedules:
        yield f"schedule {schedule.id}", schedule.cites
    for limit in entry.limits:
        yield f"limit {limit.id}", limit.cites
    for name, parameter in entry.parameters.items():
        yield f"parameter {name}", tuple(sorted({id for value in parameter.values for id in value.cites}))
    for item in entry.content_items:
        yield f"item {item.id}", item.cites
    for case_class in entry.case_classes:
        yield f"case class {case_class.id}", case_class.cites
    for report in entry.reports:
        yield f"report {report.id}", report.cites


def _tests_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each test of a module with the ids it names; those its module's docstring names count for the first."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    of_module = set(ID.findall(ast.get_docstring(tree) or ""))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            decorated = (ast.get_source_segment(source, decorator) or "" for decorator in node.decorator_list)
            named = ID.findall((ast.get_source_segment(source, node) or "") + "".join(decorated))
            yield node.name, set(named) | of_module
            of_module = set()


def _is_there(id: str, holders: Iterable[str]) -> bool:
    """Tell whether a requirement is really held: one of a jurisdiction by its plugin, not by a kernel that only makes room for it."""
    return id.startswith(("GEN", "REG", "DEC")) or any(": " in holder for holder in holders)


def _cell(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = "<br>".join(name.replace("|", "\\|") for name in unique[:SHOWN])
    return shown + (f"<br>… and {len(unique) - SHOWN} more" if len(unique) > SHOWN else "")


def main(arguments: list[str]) -> int:
    """Write the page or check it; return the exit code."""
    wanted = yaml.safe_load(LIST.read_text("utf-8"))
    made = table(wanted)
    if "--check" not in arguments:
        TABLE.write_text(made, "utf-8")
        return 0
    wrong = gaps(wanted)
    if not TABLE.exists() or TABLE.read_text("utf-8") != made:
        wrong.append("docs/requirements.md is not current: run `make docs`")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
