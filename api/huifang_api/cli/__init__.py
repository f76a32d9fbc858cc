"""The `huifang` command."""

from huifang_api.cli.root import main

__all__ = ["main"]
