"""Bundles: the draw that was made holds, any that was tampered with does not, and others can tell without us (DEC-14)."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from huifang_core.sampling import Amount, Member, commitment, draw, population_hash
from huifang_core.sampling_proof import Bundle, DrawnMember, problems
from huifang_core.windows import start_of_day

SEED = bytes(range(32))
PLAN, PERIOD = "motor/assessment", "2026-03"
OPENS, ENDS = start_of_day(date(2026, 3, 1)), start_of_day(date(2026, 4, 1))
DOCUMENT = Path(__file__).parents[2] / "docs" / "sampling.md"


def bundle_of(amount: Amount, size: int = 12, **changes: Any) -> Bundle:
    """A draw from two assessors' claims in two branches; nobody has been replaced yet."""
    population = [Member(f"core/claim-{n}", "济南" if n % 2 else "", f"A{n % 2}") for n in range(size)]
    found = draw(population, amount, SEED, PLAN, PERIOD)
    drawn = {one.member.id for one in found.drawn}
    known: dict[str, Any] = {
        "plan": PLAN,
        "period": PERIOD,
        "first": date(2026, 3, 1),
        "last": date(2026, 3, 31),
        "replace": amount.kind == "successes",
        "commitment": commitment(SEED, PLAN, PERIOD),
        "committed_at": OPENS - timedelta(days=3),
        "committed_late": False,
        "amount": amount,
        "population_hash": population_hash(population, PLAN, PERIOD),
        "closed_at": ENDS,
        "seed": SEED.hex(),
        "drawn_at": ENDS,
        "members": tuple(
            DrawnMember(one.member.id, one.member.stratum, one.member.group, one.rank, one.member.id in drawn)
            for one in found.ranked
        ),
    }
    return Bundle(**{**known, **changes})


def replaced(bundle: Bundle, group: str, ended: int, **changes: Any) -> Bundle:
    """Let the member of rank `ended` of a group be replaced by the next that was not drawn."""
    mine = {one.rank: one for one in bundle.members if one.group == group}
    following = next(one for _, one in sorted(mine.items()) if not one.drawn)
    fields = {"drawn": True, "substitutes": mine[ended].id, "reason": "unreachable"} | changes
    standing_in = msgspec.structs.replace(following, **fields)
    members = tuple(standing_in if one is following else one for one in bundle.members)
    return msgspec.structs.replace(bundle, members=members)


def changed(bundle: Bundle, place: int, **fields: Any) -> Bundle:
    members = list(bundle.members)
    members[place] = msgspec.structs.replace(members[place], **fields)
    return msgspec.structs.replace(bundle, members=tuple(members))


TWO = Amount("successes", Decimal(2))
AMOUNTS = [TWO, Amount("full"), Amount("share", Decimal("0.3")), Amount("number", Decimal(9))]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Bundle], bool]:
    """Run what the documentation gives, in an interpreter that knows nothing of ours; tell whether the bundle holds."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert "huifang" not in code
    assert len(code.splitlines()) <= 36
    folder = tmp_path_factory.mktemp("replay")
    (folder / "replay.py").write_text(code, "utf-8")

    def replay(bundle: Bundle) -> bool:
        (folder / "bundle.json").write_bytes(msgspec.json.encode(bundle))
        command = [sys.executable, "-I", "-S", "replay.py", "bundle.json"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
        assert ended.returncode == 0 or "AssertionError" in ended.stderr, ended.stderr
        return ended.returncode == 0

    return replay


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda amount: amount.kind)
def test_ci_1_a_draw_holds_by_our_code_and_by_code_that_shares_nothing_with_it(
    amount: Amount, by_hand: Callable[[Bundle], bool]
) -> None:
    bundle = bundle_of(amount)
    assert problems(bundle) == ()
    assert by_hand(bundle)


def test_ht_5_so_does_one_with_members_replaced_in_whatever_order_they_came_to_nothing(
    by_hand: Callable[[Bundle], bool],
) -> None:
    bundle = replaced(replaced(replaced(bundle_of(TWO), "A1", 2), "A1", 1), "A1", 3)
    assert sum(one.drawn for one in bundle.members) == 7
    assert problems(bundle) == ()
    assert by_hand(bundle)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda b: msgspec.structs.replace(b, seed=SEED[::-1].hex()), "not the one that was committed to"),
        (lambda b: changed(b, 0, group="A1"), "not the one whose hash was published"),
        (
            lambda b: msgspec.structs.replace(b, members=b.members[:-1]),
            "not the one whose hash was published",
        ),
        (lambda b: changed(b, 0, drawn=False), "not who comes first by rank"),
        (lambda b: changed(b, 1, drawn=False), "1 were drawn, 2 should have been"),
        (lambda b: changed(b, 2, drawn=True), "without saying for whom and why"),
        (lambda b: replaced(b, "A1", 1, reason=None), "without saying for whom and why"),
        (lambda b: replaced(b, "A1", 1, substitutes="core/claim-99"), "not drawn before it"),
        (lambda b: replaced(replaced(b, "A1", 1), "A1", 1), "replaced already"),
    ],
)
def test_what_was_tampered_with_is_found_by_both(
    tamper: Callable[[Bundle], Bundle], says: str, by_hand: Callable[[Bundle], bool]
) -> None:
    tampered = tamper(bundle_of(TWO))
    assert any(says in problem for problem in problems(tampered))
    assert not by_hand(tampered)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"committed_at": OPENS}, "after the period had opened, and does not say so"),
        ({"closed_at": OPENS - timedelta(days=4), "closed_early": True}, "not in this order"),
        ({"drawn_at": ENDS - timedelta(hours=1)}, "not in this order"),
        ({"closed_at": ENDS - timedelta(seconds=1)}, "before the end of its period, and does not say so"),
        ({"closed_at": None}, "does not say when"),
        ({"seed": None}, "not revealed yet"),
        ({"seed": "no hexadecimal"}, "hexadecimal"),
        ({"amount": Amount("share", Decimal(2))}, "more than everybody"),
    ],
)
def test_dec_14_what_is_wrong_with_its_times_and_values_is_found(changes: dict[str, Any], says: str) -> None:
    assert any(says in problem for problem in problems(msgspec.structs.replace(bundle_of(TWO), **changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"committed_at": OPENS + timedelta(days=9), "committed_late": True},
        {
            "closed_at": OPENS + timedelta(days=1),
            "drawn_at": OPENS + timedelta(days=1),
            "closed_early": True,
        },
    ],
)
def test_what_says_that_it_was_late_or_early_holds(changes: dict[str, datetime | bool]) -> None:
    assert problems(bundle_of(TWO, **changes)) == ()


def test_a_wrong_rank_and_a_substitution_where_none_is_made_are_found() -> None:
    assert any("has rank 1, not 7" in one for one in problems(changed(bundle_of(TWO), 0, rank=7)))
    numbered = replaced(bundle_of(Amount("number", Decimal(2))), "A1", 1)
    assert any("replaces nobody" in one for one in problems(numbered))


def test_a_bundle_survives_being_written_and_read() -> None:
    bundle = bundle_of(TWO)
    assert msgspec.json.decode(msgspec.json.encode(bundle), type=Bundle) == bundle
