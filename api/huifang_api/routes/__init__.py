"""The routes, one module per resource; each module ends with its `ROUTES`."""

from typing import Final

from huifang_api.routes import (
    alarms,
    cases,
    contacts,
    contracts,
    customers,
    events,
    health,
    imports,
    ledger,
    notices,
    oauth,
    obligations,
    reference,
    staff,
    units,
)

ROOT_ROUTES: Final = (*health.ROUTES, *oauth.ROUTES, *reference.ROUTES)
"""Outside the API: health, authorization, the reference."""

API_ROUTES: Final = (
    *customers.ROUTES,
    *contracts.ROUTES,
    *events.ROUTES,
    *obligations.ROUTES,
    *contacts.ROUTES,
    *cases.ROUTES,
    *units.ROUTES,
    *staff.ROUTES,
    *imports.ROUTES,
    *alarms.ROUTES,
    *notices.ROUTES,
    *ledger.ROUTES,
)
"""Under /api/v1."""
