"""Which methods an address has: for OPTIONS, and for the Allow header of a 405."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from litestar.routes import BaseRoute, HTTPRoute

_PLACEHOLDER: Final = re.compile(r"\{[^}]*\}")


class Addresses:
    """The addresses of an app. Litestar's own OPTIONS answers know one handler's methods only."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._written_out: dict[str, set[str]] = {}
        self._with_placeholders: list[tuple[re.Pattern[str], set[str]]] = []
        for route in routes:
            if isinstance(route, HTTPRoute):
                self._add(route.path_format, {str(method) for method in route.methods})

    def methods(self, path: str) -> Sequence[str]:
        """The methods at `path`, HEAD with GET, sorted; empty for an unknown address."""
        found = self._written_out.get(path) or next(
            (methods for pattern, methods in self._with_placeholders if pattern.fullmatch(path)), set()
        )
        return sorted(found | ({"HEAD"} if "GET" in found else set()))

    def _add(self, path_format: str, methods: set[str]) -> None:
        if "{" not in path_format:
            self._written_out[path_format] = methods
            return
        parts = [re.escape(part) for part in _PLACEHOLDER.split(path_format)]
        self._with_placeholders.append((re.compile("[^/]+".join(parts)), methods))
