"""Scripts (话术): the versions there are, and what was filed with a regulator before its use (LN-6)."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from huifang_core.scripts import script_hash
from huifang_core.windows import day_of
from huifang_tenants.scope import Scope
from huifang_tenants.services.contacts.playable import stage
from huifang_tenants.services.filings import Filed, file_script, withdraw_filing
from huifang_tenants.stores import upkeep
from huifang_tenants.stores.reading import scripts as reading
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from huifang_api.access import acting, needs, tenant_scope
from huifang_api.documented import Answer, documented
from huifang_api.filing import make_pack, subject_of
from huifang_api.paging import next_cursor, one, page, shaped
from huifang_api.parameters import CodeParam, CursorParam, FlagParam, LimitParam, OrderParam
from huifang_api.problem_catalogue import ProblemCode
from huifang_api.problems import Problem
from huifang_api.shapes.scripts import (
    FileScript,
    Filing,
    FilingPage,
    ScriptList,
    ScriptSummary,
    ScriptVersion,
    ScriptVersions,
    WithdrawFiling,
    filing_path,
)
from huifang_api.world import ApiRequest, world_of
from huifang_api.writing import in_tenant

_LIST: Final = "script_filings"
_TAGS: Final = ("Scripts",)
_SAYING: Final[tuple[ProblemCode, ...]] = (
    "not_found", "staff.not_found", "staff.not_active", "staff.not_permitted", "state.conflict",
)  # fmt: skip
_ZIP: Final = "application/zip"
_PACK: Final = Answer(
    "The files, with an index of their hashes.",
    {_ZIP: {"type": "string", "format": "binary"}},
    {"Content-Disposition": "What to call it."},
)
_RECORDED: Final = Answer("Recorded.", {"application/json": Filing}, {"Location": "Address of the filing."})
HashParam = Annotated[
    str | None,
    QueryParameter(pattern="^[0-9a-f]{64}$", description="Hash of a version, in hex."),
]


@get("/scripts", opt=needs("scripts:read"), operation_id="list_scripts", tags=_TAGS)
async def list_scripts(request: ApiRequest, plugin: CodeParam = None) -> ScriptList:
    """List the scripts of the installed plugins, with the hash by which each is filed."""
    catalogue = await world_of(request).services.catalogue()
    async with tenant_scope(request, read_only=True) as scope:
        now = await stage(scope, catalogue)
        demanded = set(await upkeep.scripts_asked_for(scope, must_be_filed=True))
    found = []
    for id in sorted(catalogue.plugins):
        for script in catalogue.plugins[id].scripts if plugin in (None, id) else ():
            name, hash = f"{id}/{script.id}", script_hash(script)
            found.append(
                ScriptSummary(
                    plugin=id,
                    script=script.id,
                    version=script.version,
                    hash=hash,
                    title=script.title,
                    purpose=script.purpose,
                    enabled=id in now.on,
                    filed=any(filing.hash == hash for filing in now.filed.get(name, ())),
                    must_be_filed=name in demanded,
                )
            )
    return ScriptList(found)


@get(
    "/scripts/{plugin:str}/{script:str}/versions",
    opt=needs("scripts:read"),
    operation_id="list_script_versions",
    tags=_TAGS,
)
async def list_script_versions(
    request: ApiRequest, plugin: FromPath[str], script: FromPath[str]
) -> ScriptVersions:
    """List the versions of a script that contacts used here, or that were filed; all of them are kept (GEN-2)."""
    entry = (await world_of(request).services.catalogue()).plugins.get(plugin)
    installed = entry.script(script) if entry is not None else None
    hash = script_hash(installed) if installed is not None else None
    async with tenant_scope(request, read_only=True) as scope:
        rows = await reading.versions(scope, plugin, script, day_of(scope.now))
    if installed is None and not rows:
        raise Problem("not_found", kind="script")
    return ScriptVersions(shaped(ScriptVersion, [{**row, "installed": row["hash"] == hash} for row in rows]))


@get(
    "/scripts/{plugin:str}/{script:str}/filing-pack",
    opt=needs("scripts:read") | documented(answers={200: _PACK}),
    operation_id="get_filing_pack",
    tags=_TAGS,
)
async def get_filing_pack(
    request: ApiRequest, plugin: FromPath[str], script: FromPath[str], hash: HashParam = None
) -> Response[bytes]:
    """Read what to hand an authority when filing a script: a ZIP of the script to read and as data, its hash, and the proof.

    Without `hash` it is the installed version. `script.json` is the canonical form, whose SHA-256 is the hash.
    """
    catalogue = await world_of(request).services.catalogue()
    async with tenant_scope(request, read_only=True) as scope:
        subject = await subject_of(scope, catalogue, plugin, script, hash)
        made_at = scope.wall_now
    pack = await make_pack(subject, made_at=made_at)
    disposition = f'attachment; filename="{pack.file_name}"'
    return Response(pack.content, media_type=_ZIP, headers={"Content-Disposition": disposition})


@get("/scripts/filings", opt=needs("scripts:read"), operation_id="list_script_filings", tags=_TAGS)
async def list_script_filings(
    request: ApiRequest,
    plugin: CodeParam = None,
    script: Annotated[
        str | None, QueryParameter(min_length=1, max_length=128, description="Id of a script (话术).")
    ] = None,
    hash: HashParam = None,
    in_force: FlagParam = None,
    limit: LimitParam = 50,
    cursor: CursorParam = None,
    order: OrderParam = None,
) -> FilingPage:
    """List the filings in the order in which they were recorded."""
    asked = page(_LIST, limit, cursor, order)
    async with tenant_scope(request, read_only=True) as scope:
        wanted = reading.FilingFilter(
            today=day_of(scope.now), plugin=plugin, script=script, hash=hash, in_force=in_force
        )
        found = await reading.list_filings(scope, wanted, asked)
    return FilingPage(shaped(Filing, found.rows), next_cursor(_LIST, asked, found))


@post(
    "/scripts/filings",
    opt=needs("scripts:write", raises=(*_SAYING, "filing.in_the_future"))
    | documented(answers={201: _RECORDED}),
    operation_id="file_script",
    tags=_TAGS,
)
async def record_filing(request: ApiRequest, data: JSONBody[FileScript]) -> Response[Filing]:
    """Record that a version of a script was filed; callbacks that demand a filed script can be made by it from then on.

    The version is kept: after a release whose own is not filed yet, this one goes on being used where it covers all that must be asked.
    """
    catalogue = await world_of(request).services.catalogue()
    filed = msgspec.convert(data, Filed, from_attributes=True)

    async def write(scope: Scope) -> Filing:
        actor = await acting(request, scope, data.staff_no)
        return await _filing(scope, await file_script(scope, catalogue, filed, actor))

    found = await in_tenant(request, write)
    return Response(found, headers={"Location": filing_path(found.id)})


@get(
    "/scripts/filings/{filing_id:uuid}",
    opt=needs("scripts:read"),
    operation_id="get_script_filing",
    tags=_TAGS,
)
async def get_script_filing(request: ApiRequest, filing_id: FromPath[UUID]) -> Filing:
    """Read one filing."""
    async with tenant_scope(request, read_only=True) as scope:
        return await _filing(scope, filing_id)


@post(
    "/scripts/filings/{filing_id:uuid}/withdrawal",
    opt=needs("scripts:write", raises=_SAYING),
    operation_id="withdraw_script_filing",
    tags=_TAGS,
    status_code=200,
)
async def withdraw(request: ApiRequest, filing_id: FromPath[UUID], data: JSONBody[WithdrawFiling]) -> Filing:
    """Let a filing count no more; contacts made until then keep what they used."""

    async def write(scope: Scope) -> Filing:
        actor = await acting(request, scope, data.staff_no)
        await withdraw_filing(scope, filing_id, data.withdrawn_on, data.reason, actor)
        return await _filing(scope, filing_id)

    return await in_tenant(request, write)


async def _filing(scope: Scope, id: UUID) -> Filing:
    return one(Filing, await reading.get_filing(scope, id, day_of(scope.now)), "filing")


ROUTES: Final = (
    list_scripts,
    list_script_versions,
    get_filing_pack,
    list_script_filings,
    record_filing,
    get_script_filing,
    withdraw,
)
