"""What is said of one kind of problem."""

import msgspec
from huifang_core.texts import Text


class Entry(msgspec.Struct, frozen=True):
    """One kind of problem: HTTP status, a title that never changes, what happened, and what to do about it.

    In the texts `{name}` is one of the fields the refusal was raised with.
    """

    status: int
    title: Text
    detail: Text
    fix: Text
