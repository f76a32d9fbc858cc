"""Piccolo tables of a tenant; `migrations/tenant` makes them, a test holds the two against each other."""
