"""Only `scope.py` (and SQL under migrations) may switch role or search_path, or open connections beside the pool."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "tenants", "api", "plugins")
SCOPE = Path("tenants/huifang_tenants/scope.py")

# Statements that outlive, escape or imitate a scope. They stand in string constants; f-strings are joined first, so
# that a name put in by formatting does not hide one.
FORBIDDEN = re.compile(
    r"\b(?:re)?set\s+(?:local\s+|session\s+)?(?:role|session\s+authorization|search_path)\b"
    r"|\bset\s+session\b|\bsearch_path\b|\bset_config\b|\breset\s+all\b|\bdiscard\s+all\b",
    re.IGNORECASE,
)
# Other ways to a connection than the pool, the admin's and the listener's.
CONNECTS = {"connect", "create_pool"}
MAY_CONNECT = {Path("tenants/huifang_tenants/database.py")}
DATABASE_DRIVERS = {"asyncpg", "psycopg", "psycopg2"}


def offences(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each forbidden statement in a module, its docstrings and comments left out."""
    tree = ast.parse(source)
    # What stands by itself as documentation, or is judged as a part of its f-string.
    passed_over = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    passed_over |= {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            case ast.BinOp(
                op=ast.Add(), left=ast.Constant(value=str(left)), right=ast.Constant(value=str(right))
            ):
                text = left + right
            case ast.Constant(value=str(text)) if id(node) not in passed_over:
                pass
            case ast.keyword(arg=str(text)):
                pass
            case _:
                continue
        if FORBIDDEN.search(text):
            yield node.lineno, text


def connections(source: str) -> Iterator[int]:
    """Lines on which a database driver is asked for a connection or a pool."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if (
                module in DATABASE_DRIVERS and attribute in CONNECTS
            ):
                yield node.lineno
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] in DATABASE_DRIVERS:
                if any(name.name in CONNECTS for name in names):
                    yield node.lineno


def _modules() -> list[Path]:
    found = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if not {".venv", "build", "node_modules"} & set(path.parts)]


def test_no_module_but_scope_switches():
    found = [
        f"{path}:{line}: {text.strip()[:80]}"
        for path in _modules()
        if path != SCOPE
        for line, text in offences((ROOT / path).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_module_but_database_connects():
    found = [
        f"{path}:{line}"
        for path in _modules()
        if path not in MAY_CONNECT
        for line in connections((ROOT / path).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_scope_itself_sets_nothing_for_a_session():
    """All it says is LOCAL to a transaction; the login role's standing search_path is no session's."""
    source = (ROOT / SCOPE).read_text(encoding="utf-8")
    for _, text in offences(source):
        for statement in re.findall(r"[^;]*(?:search_path|ROLE)[^;]*", text):
            assert "SET LOCAL" in statement or statement.strip().startswith("ALTER ROLE"), statement


def test_the_check_looks_where_the_code_is():
    modules = _modules()
    assert SCOPE in modules
    assert {path.parts[0] for path in modules} == set(PACKAGES)
    assert list(offences((ROOT / SCOPE).read_text(encoding="utf-8")))
    assert list(connections((ROOT / next(iter(MAY_CONNECT))).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "planted",
    [
        'await c.execute("SET ROLE t_x")',
        'await c.execute("set local  role t_x")',
        'await c.execute(f"SET ROLE {role}")',
        'await c.execute(f"SET {how} ROLE x; SET search_path TO {schema}")',
        'await c.execute("SET sea" + "rch_path TO x")',
        "await c.execute(\"SELECT set_config('role', $1, true)\", role)",
        'await c.execute("""\n  SET SESSION AUTHORIZATION x\n""")',
        'await c.execute("RESET ROLE")',
        'await c.execute("RESET ALL")',
        'await c.execute("DISCARD ALL")',
        'settings = {"search_path": schema}',
        'connect(url, server_settings=dict(search_path="t_x"))',
        'def f():\n    """Fine."""\n    return "SET ROLE x"',
    ],
)
def test_a_planted_offender_is_found(planted: str):
    assert list(offences(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        '"""SET ROLE is forbidden here."""',
        'def f():\n    """Sets search_path."""',
        "# SET ROLE x",
        'await c.execute("UPDATE staff SET roles = $1", roles)',
        'await c.execute("ALTER TABLE x SET (fillfactor = 70)")',
        '"the set of roles"',
    ],
)
def test_harmless_text_is_not(harmless: str):
    assert not list(offences(harmless))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("asyncpg.connect(url)", True),
        ("pool = await asyncpg.create_pool(url)", True),
        ("from asyncpg import connect", True),
        ("from asyncpg.pool import create_pool", True),
        ("signal.connect(url)", False),
        ("from asyncpg import Record", False),
    ],
)
def test_planted_connections_are_found(source: str, found: bool):
    assert bool(list(connections(source))) == found
