"""A tenant's world: its tables and stores, and the services that act in it."""
