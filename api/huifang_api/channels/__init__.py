"""How customers are reached beside a caller's phone: one module each, called by jobs and routes, never inside a tenant's scope."""
