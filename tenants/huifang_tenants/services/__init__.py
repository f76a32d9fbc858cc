"""Services: the use cases that act in a tenant. The kernel decides, services load, decide and save."""
