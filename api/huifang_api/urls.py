"""Addresses with secrets in them: shown without."""

import re
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

HIDDEN = "***"
_SECRET_NAME = re.compile(r"pass|secret|token|key|sig|credential", re.IGNORECASE)


def redact_url(url: str) -> str:
    """The address with its password and every query value that may be a secret replaced by `***`.

    What can't be read as an address is hidden whole.
    """
    try:
        parts = urlsplit(url)
        has_password = parts.password is not None
    except ValueError:
        return HIDDEN
    if not parts.scheme:
        return HIDDEN
    place = parts.netloc
    if has_password:
        account, _, server = place.rpartition("@")
        place = f"{account.partition(':')[0]}:{HIDDEN}@{server}"
    query = "&".join(
        f"{quote(name)}={HIDDEN if _SECRET_NAME.search(name) else quote(value, safe='/:,')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    shown = urlunsplit((parts.scheme, place, parts.path, query, ""))
    # urlunsplit drops the empty authority of postgresql:///name and unix:///path.
    if url.startswith(f"{parts.scheme}:///") and not shown.startswith(f"{parts.scheme}:///"):
        shown = shown.replace(":/", ":///", 1)
    return shown
