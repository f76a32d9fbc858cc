"""Measurements of the product, each beside a limit measured in the same run: `python -m bench --help`."""
