"""What the branches have for their callbacks: trainings held, callback policies, callback departments.

Not all of them have everything: Yantai and two counties never wrote a policy, Weifang's has run out, Linyi's is still to
come; Yantai closed its department, Linyi has none; three people make calls or visits without a training that counts.
"""

from datetime import date, timedelta
from random import Random

from world import Record, staff

_COURSE = "回访合规与标准话术"
_TRAINERS = ("泰岳人寿教育培训部", "郝志远", "路晓琳")

# Retakes and first attempts that were not passed: staff_no, day.
_FAILED = (("S0106", date(2026, 7, 8)), ("S0207", date(2026, 9, 18)))

# unit, version, approved, in force from, in force until
_POLICIES = (
    ("HO", "2023-1", "2023-11-20", "2024-01-01", ""),
    ("HO", "2026-1", "2026-05-18", "2026-07-01", ""),
    ("SD", "2024-1", "2024-02-26", "2024-03-15", ""),
    ("QD", "2025-1", "2025-03-10", "2025-04-01", ""),
    ("QD-HD", "2025-1", "2025-04-14", "2025-05-01", ""),
    ("SD-JN", "2024-1", "2024-04-08", "2024-05-01", ""),
    ("SD-JN-LX", "2024-1", "2024-04-22", "2024-05-01", ""),
    ("SD-JN-PY", "2024-1", "2024-04-22", "2024-05-01", ""),
    ("SD-YT-LK", "2025-1", "2025-06-09", "2025-07-01", ""),
    ("SD-WF", "2024-1", "2024-08-12", "2024-09-01", "2026-08-31"),
    ("SD-LY", "2026-1", "2026-09-21", "2026-11-01", ""),
    ("SD-LY-LS", "2025-1", "2025-09-01", "2025-10-01", ""),
)
_TITLE = "客户回访管理办法"

# unit, name, posts, head, until
_DEPARTMENTS = (
    ("HO", "运营管理部客户回访处", 3, "S0002", ""),
    ("SD", "客户服务部回访中心", 9, "S0102", ""),
    ("QD", "客户服务部回访中心", 3, "S0301", ""),
    ("SD-JN", "客户服务部", 2, "S0201", ""),
    ("SD-WF", "客户服务部", 2, "S0204", ""),
    ("SD-YT", "客户服务部", 2, "S0202", "2026-06-30"),
)


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def trainings(seed: int) -> list[Record]:
    """Everybody's last training that was passed, held about a year before it runs out, and those that were not passed."""
    rng = Random(f"{seed}:trainings")
    rows: list[Record] = []
    for person in staff():
        until = person["trained_until"]
        if until is not None:
            held_on = until - timedelta(days=365 - rng.randrange(20))
            rows.append(_training(person["staff_no"], held_on, until, rng.choice(_TRAINERS)))
    rows += [_training(number, held_on, None, _TRAINERS[0]) for number, held_on in _FAILED]
    return sorted(rows, key=lambda row: (row["held_on"], row["staff_no"]))


def _training(staff_no: str, held_on: date, until: date | None, trainer: str) -> Record:
    return {
        "staff_no": staff_no,
        "course": _COURSE,
        "held_on": held_on,
        "passed": until is not None,
        "valid_until": until,
        "trainer": trainer,
    }


def policies() -> list[Record]:
    """Every version of every unit's written callback policy."""
    return [
        {
            "unit": unit,
            "title": _TITLE,
            "version": version,
            "approved_on": _day(approved),
            "in_force_from": _day(begins),
            "in_force_until": _day(ends),
        }
        for unit, version, approved, begins, ends in _POLICIES
    ]


def departments() -> list[Record]:
    """The callback departments there are, and the one that was closed."""
    return [
        {"unit": unit, "name": name, "posts": posts, "head": head, "until": _day(until)}
        for unit, name, posts, head, until in _DEPARTMENTS
    ]
