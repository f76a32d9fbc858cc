"""The product's own PostgreSQL and Valkey, started from wheels when no other server is configured."""

from huifang_api.embedded.errors import EmbeddedServerError
from huifang_api.embedded.postgres import EmbeddedPostgres
from huifang_api.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedServerError", "EmbeddedValkey"]
