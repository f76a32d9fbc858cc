"""Which of the product's two languages a request wants."""

from functools import lru_cache
from typing import Any, Final

from huifang_core.texts import LANGUAGES, Language
from litestar import Request

DEFAULT_LANGUAGE: Final[Language] = "zh-CN"
_LONGEST: Final = 200


def language_of(request: Request[Any, Any, Any]) -> Language:
    """The language the request asks for."""
    return preferred_language(request.headers.get("accept-language", ""))


@lru_cache(maxsize=256)
def preferred_language(accept_language: str) -> Language:
    """The language an Accept-Language header asks for (RFC 9110); Chinese when it asks for neither.

    >>> preferred_language("en-GB,en;q=0.9,zh;q=0.1"), preferred_language("fr, zh-TW;q=0.5"), preferred_language("")
    ('en', 'zh-CN', 'zh-CN')
    """
    best, weight = DEFAULT_LANGUAGE, 0.0
    for part in accept_language[:_LONGEST].split(","):
        tag, _, parameter = part.partition(";")
        asked = _quality(parameter)
        primary = tag.strip().lower().partition("-")[0]
        found = next((language for language in LANGUAGES if language.partition("-")[0] == primary), None)
        if found is not None and asked > weight:
            best, weight = found, asked
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.lower() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
