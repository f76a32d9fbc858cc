"""`python -m huifang_core.conformance PATH|DISTRIBUTION|ID`: check a plugin, for authors who have the kernel alone."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from huifang_core.conformance.loading import load_from
from huifang_core.conformance.report import lines, report_on
from huifang_core.registry import PluginError
from huifang_core.windows import SHANGHAI


def main(arguments: Sequence[str] | None = None) -> int:
    """Check and print; return 0 where the plugin conforms, 1 where not, 2 where there is none to check."""
    parser = argparse.ArgumentParser(
        prog="python -m huifang_core.conformance",
        description="Check a Huifang plugin.",
        epilog="example: python -m huifang_core.conformance ./jiangsu_life --lang zh-CN",
    )
    parser.add_argument(
        "plugin", help="a folder with a pyproject.toml, an installed distribution, or a plugin's id"
    )
    parser.add_argument("--lang", choices=("zh-CN", "en"), default="en", help="language of the report")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--today", type=date.fromisoformat, help="the day sources are held against (today in Shanghai)"
    )
    options = parser.parse_args(arguments)
    try:
        plugin, folder = load_from(options.plugin)
    except PluginError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report = report_on(plugin, folder, today=options.today or datetime.now(SHANGHAI).date())
    if options.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write("\n".join(lines(report, options.lang)) + "\n")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
