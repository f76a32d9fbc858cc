"""Piccolo's engine for all of our tables: it owns no connection and uses the one of the open scope."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from huifang_tenants.database import Connection


class ScopedEngine(Engine[Any]):
    """Runs each query on the connection that `connection()` gives at that moment, or fails with its error.

    Nothing connects at import. Piccolo's own transactions, batches and nodes are refused, since each would act on
    another connection or end the scope's transaction: use `Scope.savepoint()`, and asyncpg's cursors to stream.
    """

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Connection]) -> None:
        # Not super().__init__(): it starts an event loop to ask the server's version.
        self.engine_type = "postgres"
        self.min_version_number = 15
        self.log_queries = False
        self.log_responses = False
        self.query_id = 0
        self._connection = connection

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:
        """Run one query of Piccolo's with its parameters."""
        query, arguments = querystring.compile_string(engine_type=self.engine_type)
        return await self._connection().fetch(query, *arguments)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> NoReturn:
        """Refused: tables change by migrations only."""
        raise TypeError("tables are made by SQL steps in huifang_tenants/migrations, not by Piccolo")

    def transform_response_to_dicts(self, results: Sequence[Any]) -> list[dict[str, Any]]:
        """asyncpg's records as the dicts Piccolo works on."""
        return [dict(record) for record in results]

    def transaction_exists(self) -> bool:
        """Always: a query without a scope is refused anyway."""
        return True

    def transaction(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: a scope is the transaction."""
        raise TypeError("a scope is the transaction; use Scope.savepoint() for a part of it")

    def atomic(self) -> NoReturn:
        """Refused: a scope is the transaction."""
        raise TypeError("a scope is the transaction; use Scope.savepoint() for a part of it")

    async def batch(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: Piccolo would open a connection of its own."""
        raise TypeError("stream with Scope.connection.cursor(sql, …) instead of Piccolo's batches")

    async def get_version(self) -> float:
        """The oldest server we support: Piccolo asks to choose its SQL."""
        return float(self.min_version_number)

    def get_version_sync(self) -> float:
        """See `get_version`."""
        return float(self.min_version_number)

    async def prep_database(self) -> None:
        """Nothing: provisioning prepares databases."""
