"""What the ASGI server loads: `granian --interface asgi --factory huifang_api.asgi:create`."""

from litestar import Litestar

from huifang_api.app import create_app
from huifang_api.logs import configure_logging
from huifang_api.settings import load_settings


def create() -> Litestar:
    """The app for this process, by the environment; SettingsError when a variable can't be used."""
    settings = load_settings()
    configure_logging(settings.log_level)
    return create_app(settings)
