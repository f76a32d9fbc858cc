"""Asking a tenant's core system over HTTP; `docs/policy-lookup.md` is the contract it has to keep (SD-4)."""

from huifang_api.core_system.client import CoreSystemClient

__all__ = ["CoreSystemClient"]
