"""The demonstration: a tenant with example data, and a day of work done through the public API."""
