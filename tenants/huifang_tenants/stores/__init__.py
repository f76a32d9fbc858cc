"""Loading and saving, one module per noun.

Queries are Piccolo's, on the connection of the open scope; `scope` is asked for all the same, so that nobody can call a
store without one. SQL stands where Piccolo has no word for it, as a constant or a call of `scope.connection` with the
reason beside it (docs/decisions/0006).
"""
