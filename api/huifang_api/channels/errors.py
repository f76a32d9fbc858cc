"""Why a message did not go out."""


class SendFailed(Exception):
    """A message was not taken; `reason` is a code without personal data. Trying again later may help."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Undeliverable(SendFailed):
    """The number or address was refused for good."""
