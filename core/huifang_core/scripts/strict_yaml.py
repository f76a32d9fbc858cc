"""YAML as its authors mean it: `no` is a word, a date is text until a field wants a date, nothing is lost.

YAML 1.1 turns `no`, `on` and `off` into booleans, `12:30` into 750 and `010` into 8, and silently keeps the last
of two equal keys. In a script all of these are mistakes that change what a customer is asked.
"""

import re
from collections.abc import Hashable
from decimal import Decimal
from typing import Any

import yaml

from huifang_core.scripts.errors import ScriptError


class _StrictLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2, no aliases and no repeated keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]  # types-PyYAML leaves it out
            raise yaml.constructor.ConstructorError(
                None, None, "aliases (*name) are not allowed: repeat the text", mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key.value}` stands here twice", key.start_mark
                )
            seen.add(key.value)
            key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _resolver(tag: str, pattern: str, first: str) -> None:
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first)
    )


_resolver("bool", "true|false", "tf")
_resolver("null", "null|~|", "n~")
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])
_resolver("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789")
_resolver("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789")
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _whole)
_StrictLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read_yaml(yaml_text: str) -> object:
    """Return the document as plain data. Raises ScriptError with line and column."""
    try:
        # _StrictLoader derives from SafeLoader: it builds plain data only.
        return yaml.load(yaml_text, Loader=_StrictLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ScriptError(error.problem or "not YAML", place) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ScriptError(f"not YAML: {error}") from error
    except RecursionError as error:
        raise ScriptError("nested too deeply") from error
