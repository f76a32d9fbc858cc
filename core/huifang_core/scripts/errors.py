"""What can go wrong with a script while it is read or played."""


class ScriptProblem(Exception):
    """Any problem with a script or with an answer to it."""


class ScriptError(ScriptProblem):
    """A script that can't be read: `message` says why, `path` where (`steps.reason.answer`)."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class InvalidAnswer(ScriptProblem):
    """The answer doesn't fit the step; `allowed` are the codes it takes, empty for an open answer."""

    def __init__(self, step: str, reason: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(f"step {step}: {reason}")
        self.step = step
        self.reason = reason
        self.allowed = allowed


class ScriptFinished(ScriptProblem):
    """The section has ended at step `end`; an earlier answer can still be changed."""

    def __init__(self, end: str) -> None:
        super().__init__(f"the script has ended at step {end}")
        self.end = end


class ScriptMismatch(ScriptProblem):
    """The section belongs to another script or version: a contact keeps the one it began with."""

    def __init__(self, state: str, script: str) -> None:
        super().__init__(f"the section was begun with {state}, not with {script}")
        self.state = state
        self.script = script


class ScriptStuck(ScriptProblem):
    """The script runs in a circle without a question, which the checker never lets be published."""

    def __init__(self, step: str) -> None:
        super().__init__(f"the script runs in a circle from step {step}")
        self.step = step
