"""Golden cases: what a plugin must make of a contract's history, as YAML that a lawyer can read and check."""

from huifang_core.golden.format import (
    HEADER,
    Case,
    CaseFile,
    Expected,
    ExpectedCase,
    ExpectedMember,
    Given,
    GoldenError,
    read_cases,
)
from huifang_core.golden.run import Found, GoldenPlugin, check_case, derive_given

__all__ = [
    "HEADER",
    "Case",
    "CaseFile",
    "Expected",
    "ExpectedCase",
    "ExpectedMember",
    "Found",
    "Given",
    "GoldenError",
    "GoldenPlugin",
    "check_case",
    "derive_given",
    "read_cases",
]
