"""The command's root: its subcommands, loaded only when called for, and how failures end."""

import importlib
import sys
from typing import Any, Final

import click
import msgspec
from asyncpg.exceptions import PostgresError
from huifang_tenants.errors import TenantsError
from huifang_tenants.services.errors import Refused

from huifang_api.embedded import EmbeddedServerError
from huifang_api.problem_catalogue import CATALOGUE
from huifang_api.runtime import ServersUnknown
from huifang_api.servers import ServerUnreachable
from huifang_api.settings import SettingsError
from huifang_api.supervisor import SupervisorError

COMMANDS: Final = {
    "up": ("huifang_api.cli.up", "Start the servers, the API and the worker, and keep them running."),
    "demo": ("huifang_api.cli.demo", "Run the main job on the example data, and keep serving."),
    "import": ("huifang_api.cli.importing", "Import files of a core system into a tenant."),
    "explain": ("huifang_api.cli.explaining", "Say why an obligation exists, or why a contract has none."),
    "simulate": (
        "huifang_api.cli.simulating",
        "Try other settings or releases on a tenant's real history, changing nothing.",
    ),
    "obligation": (
        "huifang_api.cli.obligations",
        "Give an obligation to the author of its plugin, anonymised.",
    ),
    "report": ("huifang_api.cli.reporting", "Print a report, or save it as CSV or XLSX."),
    "forecast": (
        "huifang_api.cli.forecasting",
        "Show the attempts of the next days against the people there are.",
    ),
    "sampling": ("huifang_api.cli.sampling", "Show draws, make one on demand, verify one offline."),
    "tenant": ("huifang_api.cli.tenants", "Create, list and migrate tenants; set a sandbox clock."),
    "client": ("huifang_api.cli.clients", "Create and revoke OAuth clients of a tenant."),
    "plugin": ("huifang_api.cli.plugins", "List installed plugins; switch them on in a tenant."),
    "telephone": (
        "huifang_api.cli.telephoning",
        "Set and try the telephone system by which callers dial.",
    ),
    "script": (
        "huifang_api.cli.scripts",
        "List scripts, record that one was filed, and make its filing pack.",
    ),
    "policy-lookup": (
        "huifang_api.cli.looking_up",
        "Set where a tenant's core system is asked for a policy's present data.",
    ),
    "channel": (
        "huifang_api.cli.channels",
        "Set how a tenant writes to its customers: online, e-mail, text messages.",
    ),
    "calendar": ("huifang_api.cli.calendars", "Show the working calendar, and enter an announced year."),
    "openapi": ("huifang_api.cli.openapi", "Print the OpenAPI document."),
    "doctor": ("huifang_api.cli.doctor", "Find and explain what is wrong with this installation."),
    "api": ("huifang_api.cli.serving", "Run the web process alone (`up` does that for you)."),
    "worker": ("huifang_api.cli.working", "Run the worker alone (`up` does that for you)."),
}


class _Lazy(click.Group):
    """Imports a subcommand's module only when it is called: `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="huifang-api", prog_name="huifang")
def root() -> None:
    """Huifang (回访): mandatory customer callbacks, with proof.

    \b
    Try:  huifang demo --once          the whole flow on example data, in a minute
          huifang up                   servers, API and worker on this machine
          huifang COMMAND --help       every command has an example
    """


def main() -> None:
    """Run the command; exits 0 done, 1 failed, 2 wrong use, with one line that says why."""
    try:
        # Without standalone mode click gives the code of an Exit back instead of exiting.
        code = root(standalone_mode=False)
        if isinstance(code, int):
            sys.exit(code)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "huifang"
        _end(f"{error.format_message()} (see `{where} --help`)", 2)
    except click.Abort:
        _end("stopped", 1)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except (SettingsError, ServersUnknown) as error:
        _end(str(error).replace("\n", " "), 2)
    except Refused as error:
        _end(_in_words(error), 1)
    except (TenantsError, EmbeddedServerError, ServerUnreachable, SupervisorError) as error:
        _end(str(error).replace("\n", " "), 1)
    except (OSError, PostgresError) as error:
        _end(f"{type(error).__name__}: {error}".replace("\n", " "), 1)


def _in_words(refusal: Refused) -> str:
    """What the API would answer, in English."""
    entry = CATALOGUE.get(refusal.code)
    if entry is None:
        return str(refusal)
    words = _Fields(refusal.fields)
    return f"{entry.detail.en.format_map(words)} {entry.fix.en} ({refusal.code})"


class _Fields(dict[str, Any]):
    """The values a text mentions; a dash for those that are not known."""

    def __getitem__(self, key: str) -> Any:
        value = self.get(key)
        return "—" if value is None else value


def _end(message: str, code: int) -> Any:
    click.echo(f"huifang: {message}", err=True)
    sys.exit(code)


def print_json(value: object) -> None:
    """Print any value as one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
