"""A working day: members of staff claim work, lead customers through the script, and record what happened.

Everything goes through the public API, several people at once. What each imagined customer says depends on nothing but the contract
number, so that a day on the same data always ends the same way.
"""

import asyncio
import io
import random
import wave
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from huifang_api.demo.client import ApiProblem, Client

_HANG_UPS = (
    ("no_answer", 0.10),
    ("busy", 0.04),
    ("wrong_number", 0.02),
)
_UNHAPPY = 0.15
_STEPS_AT_MOST = 80


class Day(msgspec.Struct):
    """What was done: outcomes counted, and problems that stopped a contact."""

    outcomes: Counter[str] = msgspec.field(default_factory=Counter)
    problems: list[str] = msgspec.field(default_factory=list)


async def work(client: Client, staff: list[str], now: datetime, done: Callable[[], None]) -> Day:
    """Let every member of staff take work until there is none left; `done` is called after each contact."""
    day = Day()

    async def shift(staff_no: str) -> None:
        while True:
            try:
                claimed = await client.post("/queue/claim", {"staff_no": staff_no})
            except ApiProblem as problem:
                if problem.code not in ("staff.not_active", "staff.untrained", "staff.not_permitted"):
                    day.problems.append(f"{staff_no}: {problem}")
                return
            if claimed is None:
                return
            day.outcomes[await _contact(client, staff_no, claimed, now, day)] += 1
            done()

    await asyncio.gather(*(shift(staff_no) for staff_no in staff))
    return day


async def _contact(client: Client, staff_no: str, claimed: dict[str, Any], now: datetime, day: Day) -> str:
    first = claimed["obligations"][0]
    person = random.Random(f"{first['contract_no']} {first['kind']}")  # noqa: S311 - an imagined customer
    standing = await client.post("/contacts", {"obligation_id": first["id"], "staff_no": staff_no})
    path = f"/contacts/{standing['contact_id']}"
    try:
        outcome = _hangs_up(person) if first["channel"] == "phone" else None
        if outcome is None:
            standing = await _talk(client, path, standing, person)
            outcome = standing.get("suggested") or "refused"
        body: dict[str, Any] = {"outcome": outcome}
        if outcome == "call_back_at":
            body["call_back_at"] = (now + timedelta(days=1, hours=1)).isoformat()
        await client.post(f"{path}/outcome", body)
    except ApiProblem as problem:
        day.problems.append(f"{first['contract_no']} {first['kind']}: {problem}")
        await client.post(f"{path}/abandon", {"reason": "demo"})
        return "abandoned"
    if outcome == "completed":
        kind, content, content_type = _proof(first["channel"])
        try:
            await client.upload(f"{path}/evidence?kind={kind}", content, content_type)
        except ApiProblem as problem:
            day.problems.append(f"{first['contract_no']} {first['kind']}: {problem}")
    return str(outcome)


def _hangs_up(person: random.Random) -> str | None:
    drawn = person.random()
    for outcome, share in _HANG_UPS:
        if drawn < share:
            return outcome
        drawn -= share
    return None


async def _talk(client: Client, path: str, standing: dict[str, Any], person: random.Random) -> dict[str, Any]:
    unhappy = person.random() < _UNHAPPY
    for _ in range(_STEPS_AT_MOST):
        prompt = standing.get("prompt")
        if not prompt or prompt.get("kind") == "end":
            return standing
        answer = _answer(prompt, person, unhappy)
        standing = await client.post(f"{path}/answers", {"step": prompt["step"], "value": answer})
    raise ApiProblem(0, "demo.endless", "the script did not end")


def _answer(prompt: dict[str, Any], person: random.Random, unhappy: bool) -> Any:
    """The first choice is the smooth one; an unhappy customer sometimes takes another once identity has passed."""
    choices = [choice["code"] for choice in prompt.get("choices") or ()]
    if not choices:
        form = prompt.get("answer") or {}
        return {"number": "1", "date": "2026-10-12"}.get(form.get("kind", "text"), "没有补充")
    if prompt["kind"] in ("ask", "say") and prompt.get("item") and unhappy and person.random() < 0.3:
        return person.choice(choices)
    if prompt["kind"] == "ask" and not prompt.get("item") and person.random() < 0.03:
        return person.choice(choices)
    return choices[0]


def _proof(channel: str) -> tuple[str, bytes, str]:
    """A second of silence for a call, the smallest of scans for paper: real files of the right kind."""
    if channel == "phone":
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(b"\0\0" * 8000)
        return "recording", buffer.getvalue(), "audio/wav"
    kind = "signed_scan" if channel == "on_site" else "signed_receipt"
    return kind, _PDF, "application/pdf"


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
