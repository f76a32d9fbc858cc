"""The online questionnaire as a customer sees it (REG-6): links, identity, answers, and what is kept of it."""

import base64
import hashlib
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from huifang_core.catalogue import Catalogue

from .conftest import HOST, OTHER_HOST, choices_of, heading_of, step_of

ONLINE = {"host": HOST, "colour": "#7a1f3d", "identity_tries": 3}
REASON = {"reason": "客户来电核对"}


@pytest.fixture
async def questionnaire(office: Any, set_up: Any, in_writing: Any) -> Any:
    """Open the questionnaire of a new contract's callback; return the path of its link, its contact, and the customer."""

    async def opened(number: str, **online: Any) -> tuple[str, str, dict[str, Any]]:
        await set_up(office, "online", {**ONLINE, **online})
        obligation, customer = await in_writing(number)
        answer = await office.post("/questionnaires", {"obligation_id": obligation}, status=201)
        assert answer["link"].startswith(f"https://{HOST}/q/")
        return answer["link"].removeprefix(f"https://{HOST}"), answer["contact_id"], customer

    return opened


async def prove(browser: Any, link: str, number: str) -> Any:
    return await browser.send(link, step="identity", do="prove", **{"customer.id_number": number})


async def to_identity(browser: Any, link: str) -> Any:
    page = await browser.go_on_smoothly(link, await browser.open(link))
    assert step_of(page) == "identity"
    return page


async def test_a_questionnaire_completes_the_callback_as_a_call_does_reg_6(
    office: Any, questionnaire: Any, browser: Any
) -> None:
    link, contact, customer = await questionnaire("Q1")
    async with browser() as phone:
        await to_identity(phone, link)
        page = await prove(phone, link, customer["id_number"])
        page = await phone.go_on_smoothly(link, page)
        assert heading_of(page) == "回访已完成，谢谢您"
        found = await office.get(f"/contacts/{contact}")
        assert (found["channel"], found["outcome"], found["staff_no"]) == ("online", "completed", None)
        facts = ("attempted", "connected", "right_party", "completed", "successful")
        assert [found[fact] for fact in facts] == [True] * 5
        (obligation,) = found["obligation_ids"]
        assert (await office.get(f"/obligations/{obligation}"))["status"] == "completed"
        # It works once: the same link shows that it is done, and takes nothing more.
        again = await phone.open(link)
        assert (again.status_code, heading_of(again)) == (410, "回访已完成，谢谢您")
        late = await phone.send(link, step="greeting", value="speaking")
        assert late.status_code == 410


async def test_a_point_not_affirmed_is_completed_and_not_successful_reg_2(
    office: Any, questionnaire: Any, browser: Any
) -> None:
    link, contact, customer = await questionnaire("Q2")
    async with browser() as phone:
        await to_identity(phone, link)
        page = await prove(phone, link, customer["id_number"])
        await phone.go_on_smoothly(link, page, signature_policyholder="not_genuine")
    found = await office.get(f"/contacts/{contact}")
    assert (found["completed"], found["successful"]) == (True, False)
    cases = await office.get("/cases", params={"customer_id": found["customer_id"]})
    assert [case["case_class"] for case in cases["items"]] == ["explanation_item"]


async def test_every_page_and_answer_can_be_shown_again_as_it_was_reg_6(
    office: Any, questionnaire: Any, browser: Any
) -> None:
    link, contact, customer = await questionnaire("Q3")
    async with browser() as phone:
        first = await phone.open(link)
        await phone.open(link)
        await to_identity(phone, link)
        page = await prove(phone, link, customer["id_number"])
        last = await phone.go_on_smoothly(link, page)
    kept = (await office.get(f"/contacts/{contact}/messages"))["items"]
    pages = [one for one in kept if one["kind"] == "page"]
    answers = [one for one in kept if one["kind"] == "answer"]
    # Each page once, however often it was loaded, and one more than answers: the end.
    assert len(pages) == len(answers) + 1
    shown = await office.call("GET", f"/messages/{pages[0]['id']}/page")
    assert shown.text == first.text
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await office.call("GET", f"/messages/{pages[-1]['id']}/page")).text == last.text
    revealed = await office.post(f"/messages/{answers[0]['id']}/reveal", REASON)
    assert revealed["content"] == {"step": "greeting", "value": "speaking"}
    # What proved who it was is kept nowhere; that it was right is.
    everything = [(await office.post(f"/messages/{one['id']}/reveal", REASON))["content"] for one in kept]
    assert {"step": "identity", "value": "passed"} in everything
    assert customer["id_number"] not in str(everything)
    actions = await office.get("/ledger", params={"subject_id": contact})
    assert sum(1 for row in actions["items"] if row["action"] == "page.shown") == len(pages)
    assert await office.problem("GET", f"/messages/{answers[0]['id']}/page") == (404, "not_found")


async def test_identity_is_locked_after_a_few_wrong_tries_sd_6a(
    office: Any, questionnaire: Any, browser: Any
) -> None:
    link, contact, customer = await questionnaire("Q4")
    async with browser() as phone:
        await to_identity(phone, link)
        for left in (2, 1):
            page = await prove(phone, link, "E00000000")
            assert f"还可以试 {left} 次" in page.text
        # Another browser has no tries of its own.
        async with browser() as other:
            page = await prove(other, link, "E00000000")
            assert heading_of(page) == "身份未能核实"
        assert (await prove(phone, link, customer["id_number"])).status_code == 403
    found = await office.get(f"/contacts/{contact}")
    assert (found["outcome"], found["connected"], found["right_party"]) == ("identity_failed", True, False)


async def test_identity_can_not_be_said_to_have_passed(office: Any, questionnaire: Any, browser: Any) -> None:
    link, contact, _ = await questionnaire("Q5")
    async with browser() as phone:
        await to_identity(phone, link)
        for form in (
            {"step": "verify", "value": "passed"},
            {"step": "identity", "value": "passed"},
            {"step": "identity", "do": "prove"},
            {"step": "identity", "do": "prove", "customer.id_number": ""},
        ):
            page = await phone.send(link, **form)
            assert step_of(page, "identity") == "identity"
    assert not (await office.get(f"/contacts/{contact}"))["identity_passed"]


async def test_identity_may_be_refused(office: Any, questionnaire: Any, browser: Any) -> None:
    link, contact, _ = await questionnaire("Q6")
    async with browser() as phone:
        await to_identity(phone, link)
        page = await phone.send(link, step="identity", do="refuse")
        assert heading_of(page) == "已记录您的意愿"
    assert (await office.get(f"/contacts/{contact}"))["outcome"] == "refused"


async def test_another_browser_has_to_prove_identity_anew(
    office: Any, questionnaire: Any, browser: Any
) -> None:
    link, contact, customer = await questionnaire("Q7")
    async with browser() as phone, browser() as other:
        await to_identity(phone, link)
        page = await prove(phone, link, customer["id_number"])
        assert "Q7" in page.text
        elsewhere = await other.open(link)
        assert step_of(elsewhere) == "identity"
        assert "Q7" not in elsewhere.text
        page = await other.send(link, step=step_of(page), value=choices_of(page)[0])
        assert step_of(page) == "identity"
        page = await prove(other, link, customer["id_number"])
        assert "Q7" in page.text
        # Now the first one has to.
        assert step_of(await phone.open(link)) == "identity"
        page = await other.go_on_smoothly(link, page)
        assert heading_of(page) == "回访已完成，谢谢您"
    assert (await office.get(f"/contacts/{contact}"))["completed"]


async def test_an_answer_sent_twice_counts_once(office: Any, questionnaire: Any, browser: Any) -> None:
    link, contact, _ = await questionnaire("Q8")
    async with browser() as phone:
        await phone.send(link, step="greeting", value="speaking")
        page = await phone.send(link, step="greeting", value="wrong_number")
        assert step_of(page) == "may_talk"
        page = await phone.send(link, step="may_talk", value="nonsense")
        assert "请选择一项" in page.text
    found = await office.get(f"/contacts/{contact}")
    assert [answer["value"] for answer in found["sections"][0]["answers"]] == ["speaking"]


async def test_the_page_speaks_both_languages_and_needs_no_script(questionnaire: Any, browser: Any) -> None:
    link, _, _ = await questionnaire("Q9", name={"zh-CN": "泰岳<人寿>", "en": "Taiyue & Life"})
    async with browser() as phone:
        page = await phone.open(link)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert 'lang="zh-CN"' in page.text
        assert "泰岳&lt;人寿&gt;" in page.text
        english = await phone.open(link, params={"lang": "en"})
        assert 'lang="en"' in english.text
        assert "Taiyue &amp; Life" in english.text
        # It is remembered.
        assert 'lang="en"' in (await phone.open(link)).text
    policy = page.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert "#7a1f3d" in style[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()}'" in policy
    assert "script" not in page.text
    assert "unsafe" not in policy
    assert "style=" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


async def test_a_link_works_at_its_tenants_own_host_alone(
    office: Any, other_office: Any, questionnaire: Any, set_up: Any, browser: Any
) -> None:
    link, _, _ = await questionnaire("Q10")
    await set_up(other_office, "online", {"host": OTHER_HOST})
    async with browser(OTHER_HOST) as elsewhere:
        page = await elsewhere.open(link)
        assert (page.status_code, heading_of(page)) == (404, "链接无效")
    async with browser("localhost:8080") as installation:
        assert (await installation.open(link)).json()["code"] == "route.not_found"
    async with browser() as phone:
        for wrong in ("/q/abc", f"{link}x", "/q/%0d%0aX-Evil:1"):
            assert (await phone.open(wrong)).status_code == 404


async def test_the_link_is_stored_nowhere_in_the_clear(office: Any, questionnaire: Any) -> None:
    link, contact, _ = await questionnaire("Q11")
    token = link.removeprefix("/q/")
    async with office.scope() as opened:
        for table in ("contact", "message", "ledger"):
            rows = await opened.connection.fetch(f"SELECT t::text AS row FROM {table} t")
            assert not any(token in row["row"] for row in rows)
        stored = await opened.connection.fetchval(
            "SELECT link_hash FROM contact WHERE id = $1", UUID(contact)
        )
    assert stored == hashlib.sha256(token.encode()).digest()


async def test_the_link_expires_with_the_window_and_the_ladder_goes_on_reg_3(
    office: Any, questionnaire: Any, browser: Any, api: Any
) -> None:
    from huifang_tenants.services.upkeep.due import settle

    link, contact, _ = await questionnaire("Q12")
    found = await office.get(f"/contacts/{contact}")
    (obligation,) = found["obligation_ids"]
    assert found["answer_by"] <= (await office.get(f"/obligations/{obligation}"))["due_by"]
    async with office.scope() as opened:
        await opened.connection.execute(
            "UPDATE contact SET answer_by = $2 WHERE id = $1", UUID(contact), opened.now
        )
    async with browser() as phone:
        page = await phone.open(link)
        assert (page.status_code, heading_of(page)) == (410, "链接已失效")
    await settle(api.world.services, office.tenant)
    found = await office.get(f"/contacts/{contact}")
    assert (found["outcome"], found["attempted"], found["connected"]) == ("no_answer", True, False)
    row = await office.get(f"/obligations/{obligation}")
    assert row["status"] == "open"
    assert datetime.fromisoformat(row["callable_from"])


async def test_who_began_and_did_not_finish_was_reached(
    office: Any, questionnaire: Any, browser: Any, api: Any
) -> None:
    from huifang_tenants.services.upkeep.due import settle

    link, contact, _ = await questionnaire("Q13")
    async with browser() as phone:
        await phone.send(link, step="greeting", value="speaking")
    async with office.scope() as opened:
        await opened.connection.execute(
            "UPDATE contact SET answer_by = $2 WHERE id = $1", UUID(contact), opened.now
        )
    await settle(api.world.services, office.tenant)
    found = await office.get(f"/contacts/{contact}")
    assert (found["status"], found["outcome"], found["connected"]) == ("abandoned", None, True)


async def test_what_the_customer_can_do_nothing_about_is_said_as_a_page(
    office: Any, questionnaire: Any, browser: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, _, _ = await questionnaire("Q18")

    async def empty() -> Catalogue:
        return Catalogue({}, ())

    async with browser() as phone:
        await phone.open(link)
        monkeypatch.setattr(api.world.services, "catalogue", empty)
        page = await phone.send(link, step="greeting", value="speaking")
        assert (page.status_code, heading_of(page)) == (503, "暂时无法继续")
        monkeypatch.undo()
        assert step_of(await phone.send(link, step="greeting", value="speaking")) == "may_talk"


async def test_no_more_than_so_many_requests_a_minute(questionnaire: Any, browser: Any) -> None:
    link, _, _ = await questionnaire("Q14")
    async with browser() as phone:
        answers = [await phone.open(link) for _ in range(130)]
    slowed = [page for page in answers if page.status_code == 429]
    # A minute may end on the way, and another sixty pass.
    assert slowed
    assert heading_of(slowed[0]) == "操作过于频繁"
    assert slowed[0].headers["retry-after"] == "60"


async def test_staff_can_not_answer_for_the_customer(office: Any, questionnaire: Any) -> None:
    _, contact, _ = await questionnaire("Q15")
    refused = await office.problem(
        "POST", f"/contacts/{contact}/answers", {"step": "greeting", "value": "speaking"}
    )
    assert refused == (409, "written.customer_answers")


async def test_what_can_not_be_opened_says_why(
    office: Any, other_office: Any, set_up: Any, in_writing: Any, new_contract: Any
) -> None:
    await set_up(office, "online", ONLINE)
    obligation, _ = await in_writing("Q16")
    body = {"obligation_id": obligation}
    await office.post("/questionnaires", body, status=201)
    assert await office.problem("POST", "/questionnaires", body) == (409, "state.conflict")
    assert await other_office.problem("POST", "/questionnaires", body) in (
        (404, "not_found"),
        (409, "written.channel_not_set"),
    )
    await new_contract("Q17")
    (phone,) = (await office.get("/obligations", params={"contract_no": "Q17"}))["items"]
    refused = await office.problem("POST", "/questionnaires", {"obligation_id": phone["id"]})
    assert refused == (409, "written.not_in_writing")
    reader = await office.with_scopes("contacts:read")
    assert await reader.problem("POST", "/questionnaires", body) == (403, "auth.scope_missing")


async def test_the_logo_stands_at_the_tenants_host_under_a_name_of_its_own(
    questionnaire: Any, browser: Any
) -> None:
    picture = b"\x89PNG\r\n\x1a\n and so on"
    logo = {"media_type": "image/png", "content": base64.b64encode(picture).decode()}
    link, _, _ = await questionnaire("Q19", logo=logo)
    async with browser() as phone:
        page = await phone.open(link)
        named = re.search(r'<img src="(/q/logo/[0-9a-f]{16})" alt="">', page.text)
        assert named is not None
        shown = await phone.open(named[1])
        assert (shown.content, shown.headers["content-type"]) == (picture, "image/png")
        assert "public" in shown.headers["cache-control"]
        assert (await phone.open("/q/logo/0000000000000000")).status_code == 404


@pytest.mark.parametrize("name", ["online", "email", "sms", "telephone", "policy_lookup"])
async def test_where_its_channels_and_systems_are_is_not_for_the_tenant_itself_to_say(
    office: Any, name: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with office.scope() as opened:
            await opened.connection.fetchval("SELECT control.change_settings($1)", {name: {}})


async def test_two_tenants_can_not_have_one_host(office: Any, other_office: Any, set_up: Any) -> None:
    await set_up(office, "online", ONLINE)
    with pytest.raises(asyncpg.UniqueViolationError):
        await set_up(other_office, "online", ONLINE)
