"""The routes, one module per resource; each module ends with its `ROUTES`."""

from typing import Final

from huifang_api.routes import (
    alarms,
    case_work,
    cases,
    contact_work,
    contacts,
    contracts,
    customer_merges,
    customers,
    draws,
    event_intake,
    events,
    evidence,
    health,
    import_upload,
    imports,
    ledger,
    notices,
    oauth,
    obligations,
    plugin_settings,
    queue,
    record_intake,
    reference,
    reports,
    staff,
    units,
)

ROOT_ROUTES: Final = (*health.ROUTES, *oauth.ROUTES, *reference.ROUTES)
"""Outside the API: health, authorization, the reference."""

API_ROUTES: Final = (
    *customers.ROUTES,
    *customer_merges.ROUTES,
    *contracts.ROUTES,
    *record_intake.ROUTES,
    *events.ROUTES,
    *event_intake.ROUTES,
    *obligations.ROUTES,
    *queue.ROUTES,
    *contacts.ROUTES,
    *contact_work.ROUTES,
    *evidence.ROUTES,
    *cases.ROUTES,
    *case_work.ROUTES,
    *units.ROUTES,
    *staff.ROUTES,
    *imports.ROUTES,
    *import_upload.ROUTES,
    *plugin_settings.ROUTES,
    *draws.ROUTES,
    *reports.ROUTES,
    *alarms.ROUTES,
    *notices.ROUTES,
    *ledger.ROUTES,
)
"""Under /api/v1."""
