"""`huifang explain`: why an obligation exists and is due then, or why a contract has none."""

from pathlib import Path

import click
from huifang_core.explain import Consideration
from huifang_core.texts import Language
from huifang_core.trace import lines
from huifang_tenants.services.whatif import explain_contract

from huifang_api.cli.installation import home_option, installation, json_option, run, tenant_option
from huifang_api.cli.root import print_json
from huifang_api.runtime import open_runtime


@click.command()
@click.argument("contract_no")
@click.option("--lang", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
@tenant_option
@home_option
@json_option
def command(contract_no: str, lang: Language, slug: str, home: Path | None, as_json: bool) -> None:
    """Say what every rule made of every event of a contract: the facts, the parameters, the days counted.

    \b
    Example:  huifang explain TY371320260000436 --tenant demo --lang en
    """

    async def work() -> tuple[Consideration, ...]:
        async with open_runtime(here.settings) as runtime:
            tenant = await runtime.registry.by_slug(slug)
            return await explain_contract(runtime.services, tenant, contract_no)

    with installation(home) as here:
        considered = run(work())
    if as_json:
        print_json(considered)
        return
    if not considered:
        click.echo("No rule looks at any event of this contract.")
    for one in considered:
        title = one.title.in_language(lang)
        click.echo(
            f"{one.plugin}/{one.rule} {title} [{', '.join(one.cites)}] · {one.event_type} {one.event_id}"
        )
        for line in lines(one.steps, lang):
            click.echo(f"  {line}")
        if one.error:
            click.echo(f"  ! {one.error}")
        case = "问题件" if lang == "zh-CN" else "case"
        made = [*one.obligations, *(f"{case} {key}" for key in one.cases)]
        click.echo(f"  → {', '.join(made) or ('无回访任务' if lang == 'zh-CN' else 'no obligation')}")
