"""The routes, one module per resource; each module ends with its `ROUTES`."""

from typing import Final

from huifang_api.routes import contracts, health, oauth

ROOT_ROUTES: Final = (*health.ROUTES, *oauth.ROUTES)
"""Outside the API: health, authorization, the reference."""

API_ROUTES: Final = (*contracts.ROUTES,)
"""Under /api/v1."""
