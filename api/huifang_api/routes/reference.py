"""The API reference: the document, Swagger UI from the installed wheel, and a page for every problem."""

import hashlib
import html
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from huifang_core.texts import LANGUAGES, Language
from litestar import Request, Response, get
from litestar.params import FromPath

from huifang_api.access import public
from huifang_api.problem_catalogue import CATALOGUE
from huifang_api.problems import PROBLEM_PAGES, Problem
from huifang_api.refusals import Entry

_HTML: Final = "text/html"
# Swagger UI sets style attributes; everything else comes from here.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PLAIN_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_CACHED: Final = "public, max-age=3600"
_ASSETS: Final[Mapping[str, str]] = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_FIELD: Final = re.compile(r"\{(\w+)\}")
_PAGE: Final = """\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Huifang 回访 API</title>
<link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
_START: Final = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayOperationId: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout"
});
"""


@get("/openapi.json", opt=public(), include_in_schema=False)
async def get_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI document."""
    content = request.app.state.openapi_json()
    return _cacheable(request, content, "application/json")


@get("/docs", opt=public(), include_in_schema=False)
async def get_reference(request: Request[Any, Any, Any]) -> Response[str]:
    """The page with Swagger UI."""
    return Response(_PAGE, media_type=_HTML, headers={"Content-Security-Policy": _POLICY})


@get("/docs/assets/{name:str}", opt=public(), include_in_schema=False)
async def get_asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A file of Swagger UI; only those the page needs."""
    if name == "start.js":
        return _cacheable(request, _START.encode(), _ASSETS["swagger-ui-bundle.js"])
    if name not in _ASSETS:
        raise Problem("route.not_found")
    return _cacheable(request, _asset(name), _ASSETS[name])


@get(PROBLEM_PAGES, opt=public(), include_in_schema=False)
async def list_problem_pages() -> Response[str]:
    """The codes of all problems."""
    rows = "".join(
        f'<tr><td><a href="{PROBLEM_PAGES}/{code}"><code>{code}</code></a></td><td>{entry.status}</td>'
        f"<td>{html.escape(entry.title.zh_cn)}</td><td>{html.escape(entry.title.en)}</td></tr>"
        for code, entry in sorted(CATALOGUE.items())
    )
    return _plain("错误代码 · Problems", f"<table>{rows}</table>")


@get(f"{PROBLEM_PAGES}/{{code:str}}", opt=public(), include_in_schema=False)
async def get_problem_page(code: FromPath[str]) -> Response[str]:
    """What a problem means and what to do about it, in both languages."""
    entry = next((entry for known, entry in CATALOGUE.items() if known == code), None)
    if entry is None:
        raise Problem("not_found", kind="problem")
    return _plain(code, "".join(_section(entry, language) for language in LANGUAGES))


def _section(entry: Entry, language: Language) -> str:
    title, detail, fix = (
        html.escape(_FIELD.sub(r"‹\1›", text.in_language(language)))
        for text in (entry.title, entry.detail, entry.fix)
    )
    return (
        f'<section lang="{language}"><h2>{title} ({entry.status})</h2><p>{detail}</p><p>{fix}</p></section>'
    )


def _plain(title: str, body: str) -> Response[str]:
    shown = html.escape(title)
    page = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{shown}</title></head>'
        f'<body><h1>{shown}</h1>{body}<p><a href="{PROBLEM_PAGES}">{PROBLEM_PAGES}</a></p></body></html>'
    )
    return Response(page, media_type=_HTML, headers={"Content-Security-Policy": _PLAIN_POLICY})


def _cacheable(request: Request[Any, Any, Any], content: bytes, media_type: str) -> Response[bytes]:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _CACHED}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)


@lru_cache(maxsize=len(_ASSETS))
def _asset(name: str) -> bytes:
    # By its place, not by import: importing the package would load its web frameworks.
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("swagger_ui", "the wheel swagger-ui-py is not installed")
    return (Path(spec.submodule_search_locations[0]) / "static" / name).read_bytes()


ROUTES: Final = (get_document, get_reference, get_asset, list_problem_pages, get_problem_page)
