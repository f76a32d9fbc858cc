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


class _StrictLoader(yaml.CSafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2 and no repeated keys.

    libyaml's parser, since a plugin host reads every script of every plugin before it answers for the first time.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

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


def _decimal(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _whole(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int:
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


_DEEPEST = 100
"""Nothing an author writes is nested deeper, and libyaml's stack is not without end."""


def read_yaml(yaml_text: str) -> object:
    """Return the document as plain data. Raises ScriptError with line and column."""
    try:
        _refuse_what_cant_be_built(yaml_text)
        # _StrictLoader derives from SafeLoader: it builds plain data only.
        return yaml.load(yaml_text, Loader=_StrictLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        raise ScriptError(error.problem or "not YAML", _place(error.problem_mark)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ScriptError(f"not YAML: {error}") from error


def _refuse_what_cant_be_built(yaml_text: str) -> None:
    depth = 0
    for event in yaml.parse(yaml_text, Loader=_StrictLoader):
        match event:
            case yaml.AliasEvent():
                reason = "aliases (*name) are not allowed: repeat the text"
                raise ScriptError(reason, _place(event.start_mark))
            case yaml.CollectionStartEvent():
                depth += 1
            case yaml.CollectionEndEvent():
                depth -= 1
        if depth > _DEEPEST:
            raise ScriptError("nested too deeply", _place(event.start_mark))


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
