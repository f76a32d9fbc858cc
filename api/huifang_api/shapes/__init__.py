"""What the API answers and takes: one struct per thing, every field described for the reference."""
