"""`python -m huifang_core.golden CASE.yaml [--plugin PATH]`: play a case through a plugin, for authors who have the kernel alone."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from huifang_core.conformance.loading import load_from
from huifang_core.golden.format import Case, GoldenError, read_cases
from huifang_core.golden.replay import Replayed, replay
from huifang_core.registry import PluginError
from huifang_core.texts import Language
from huifang_core.trace import lines
from huifang_core.windows import SHANGHAI


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print; return 0 where it comes out as the file says, 1 where not, 2 where there is nothing to play."""
    parser = argparse.ArgumentParser(
        prog="python -m huifang_core.golden",
        description="Play cases through a Huifang plugin, with every step its rules take.",
        epilog="example: python -m huifang_core.golden case.yaml --plugin ./jiangsu_life --lang en",
    )
    parser.add_argument("file", type=Path, help="a file of golden cases, such as an exported contract")
    parser.add_argument(
        "--plugin", help="a folder, an installed distribution or an id; default: the id the file names"
    )
    parser.add_argument("--lang", choices=("zh-CN", "en"), default="en", help="language of the steps")
    options = parser.parse_args(arguments)
    try:
        cases = read_cases(options.file.read_text("utf-8"))
        plugin, _ = load_from(options.plugin or cases.plugin)
        played = [(case, replay(plugin, case)) for case in cases.cases]
    except (OSError, UnicodeDecodeError, GoldenError, PluginError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for case, result in played:
        sys.stdout.write("\n".join(_told(case, result, options.lang)) + "\n")
    return int(any(result.differences for _, result in played))


def _told(case: Case, played: Replayed, language: Language) -> Iterator[str]:
    yield case.name
    for one in played.considered:
        yield f"{one.rule} {one.title.in_language(language)} [{', '.join(one.cites)}] · {one.event_type} {one.event_id}"
        yield from (f"  {line}" for line in lines(one.steps, language))
        if one.error:
            yield f"  ! {one.error}"
        yield f"  → {', '.join((*one.obligations, *one.cases)) or '—'}"
    for found in played.obligations:
        window = found.desired.draft.window
        when = (
            f"{window.due_from.astimezone(SHANGHAI)} … {window.due_by.astimezone(SHANGHAI)}"
            if window
            else f"waits for {found.desired.draft.opens_on}"
        )
        yield f"{found.desired.key} ({found.created.status}): {when}"
    yield from (f"≠ {difference}" for difference in played.differences)


if __name__ == "__main__":
    sys.exit(main())
