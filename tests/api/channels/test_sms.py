"""Text messages through a gateway that speaks the real protocol: sent, reported, replied to, opted out of (PF-2, REG-7)."""

import re
import secrets
import time
from typing import Any
from uuid import UUID

import pytest
from huifang_api.channels.signing import NotSigned, check, sign
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.written_channels import seal

from .conftest import HOST, heading_of

REASON = {"reason": "客户来电核对"}


@pytest.fixture
async def by_sms(office: Any, set_up: Any, gateway: Any, hooks: Any) -> Any:
    """An office with a gateway, and nothing else."""
    await set_up(office, "online", None)
    await set_up(office, "email", None)
    sealed = seal(office.tenant, "sms", hooks.secret)
    await set_up(office, "sms", {**gateway.settings, "sealed": sealed})
    return office


@pytest.fixture
async def paid(api: Any, by_sms: Any, event_of: Any, customer_of: Any) -> Any:
    """Let somebody pay at the office, who is to be asked about it by text message first; return their number."""
    catalogue = await api.world.services.catalogue()
    async with by_sms.scope() as opened:
        await configure(opened, catalogue, "payer_feedback", Actor("test:setup"))

    async def pay(number: str) -> str:
        phone = f"139{secrets.randbelow(10**8):08}"
        customer = customer_of(number, phones=[phone])
        await by_sms.call("PUT", f"/customers/core/{customer['customer_no']}", customer)
        event = event_of(
            f"paid-{number}",
            "payment.completed",
            payer=f"K{number}",
            office="JN",
            paid_at="2026-03-09T10:00:00+08:00",
        )
        event["time"] = "2026-03-09T10:00:00+08:00"
        await by_sms.post("/events", event, status=202)
        return phone

    return pay


async def contact_of(office: Any, number: str) -> dict[str, Any]:
    """The latest contact with a customer."""
    found = await office.post("/customers/search", {"phone": number})
    (customer,) = found["items"]
    contacts = await office.get("/contacts", params={"customer_id": customer["id"]})
    return contacts["items"][0]  # type: ignore[no-any-return]


async def reply(hooks: Any, number: str, text: str, **more: Any) -> Any:
    id = more.pop("id", "")
    answer = await hooks.post("sms/replies", {"from": f"+86{number}", "text": text, **more}, id=id)
    assert answer.status_code == 204, answer.text
    return answer


async def test_a_script_is_played_by_text_message_to_its_end_pf_2(
    by_sms: Any, paid: Any, work: Any, gateway: Any, hooks: Any
) -> None:
    phone = await paid("S1")
    await work(by_sms)
    (first,) = gateway.texts_to(phone)
    assert first.startswith("【泰岳人寿】")
    assert "1 是" in first
    found = await contact_of(by_sms, phone)
    assert (found["channel"], found["status"], found["number"]) == (
        "sms",
        "in_progress",
        f"139****{phone[-4:]}",
    )
    for said in ("1", "１。", "满意", "没有", *["1"] * 20):
        await reply(hooks, phone, said)
        await work(by_sms)
        found = await contact_of(by_sms, phone)
        if found["status"] != "in_progress":
            break
    assert (found["outcome"], found["completed"]) == ("completed", True)
    values = [
        answer["value"] for answer in (await by_sms.get(f"/contacts/{found['id']}"))["sections"][0]["answers"]
    ]
    assert values[:4] == ["speaking", "yes_now", "satisfied", "none"]


async def test_a_message_that_is_not_answered_gives_way_to_the_next_channel_reg_3(
    api: Any, by_sms: Any, paid: Any, work: Any, gateway: Any
) -> None:
    phone = await paid("S2")
    await work(by_sms)
    assert len(gateway.texts_to(phone)) == 1
    found = await contact_of(by_sms, phone)
    (obligation,) = found["obligation_ids"]
    async with by_sms.scope() as opened:
        await opened.connection.execute(
            "UPDATE contact SET answer_by = $2 WHERE id = $1", UUID(found["id"]), opened.now
        )
    await work(by_sms)
    found = await by_sms.get(f"/contacts/{found['id']}")
    assert (found["outcome"], found["attempted"], found["connected"]) == ("no_answer", True, False)
    # There is no mail server, so that e-mail is passed over: the phone's turn has come.
    row = await by_sms.get(f"/obligations/{obligation}")
    assert (row["status"], row["channel"]) == ("open", "phone")
    actions = (await by_sms.get("/ledger", params={"subject_id": obligation}))["items"]
    assert [row["reason"] for row in actions if row["action"] == "obligation.no_address"] == ["not_set_up"]


async def test_the_link_goes_by_text_message_where_there_is_a_questionnaire(
    by_sms: Any, set_up: Any, in_writing: Any, work: Any, gateway: Any, browser: Any, hooks: Any
) -> None:
    await set_up(by_sms, "online", {"host": HOST})
    _, customer = await in_writing("S3")
    (phone,) = customer["phones"]
    await work(by_sms)
    (text,) = gateway.texts_to(phone)
    link = re.search(rf"https://{HOST}(/q/\S+)", text)
    assert link is not None
    assert customer["name"] not in text
    async with browser() as opened:
        page = await opened.open(link[1])
        assert page.status_code == 200
        assert "王小明" in heading_of(page)
    found = await contact_of(by_sms, phone)
    assert found["channel"] == "online"
    # A number that is a reply to nothing asked is for people, and answers no question.
    await reply(hooks, phone, "1")
    assert (await by_sms.get(f"/contacts/{found['id']}"))["sections"][0]["answers"] == []


async def test_a_free_reply_is_kept_told_and_taken_in_as_feedback_pf_3_pf_4(
    by_sms: Any, paid: Any, work: Any, gateway: Any, hooks: Any
) -> None:
    phone = await paid("S4")
    await work(by_sms)
    words = "窗口排队太久，能不能多开一个"
    await reply(hooks, phone, words, id="reply-S4")
    await reply(hooks, phone, words, id="reply-S4")
    await work(by_sms)
    found = await contact_of(by_sms, phone)
    kept = (await by_sms.get(f"/contacts/{found['id']}/messages"))["items"]
    received = [one for one in kept if one["kind"] == "received"]
    assert len(received) == 1
    content = (await by_sms.post(f"/messages/{received[0]['id']}/reveal", REASON))["content"]
    assert content == {"from": f"+86{phone}", "text": words}
    notices = (await by_sms.get("/notices", params={"role": "case_handler"}))["items"]
    assert [n["subject_id"] for n in notices if n["kind"] == "reply_received"].count(received[0]["id"]) == 1
    cases = (await by_sms.get("/cases", params={"customer_id": found["customer_id"]}))["items"]
    assert [case["case_class"] for case in cases] == ["suggestion"]
    # Whoever did not say it as one was asked to is told how to.
    assert "只回复选项前的数字" in gateway.texts_to(phone)[-1]
    async with by_sms.scope() as opened:
        stored = await opened.connection.fetch("SELECT content_enc::text AS content FROM message")
    assert not any(words.encode().hex() in row["content"] for row in stored)


async def test_who_opts_out_is_asked_for_nothing_but_what_is_mandatory_reg_7_dec_6(
    by_sms: Any, paid: Any, work: Any, gateway: Any, hooks: Any
) -> None:
    phone = await paid("S5")
    await work(by_sms)
    for _ in range(2):
        await reply(hooks, phone, "退订。")
    found = await contact_of(by_sms, phone)
    # What is mandatory goes on.
    assert found["status"] == "in_progress"
    async with by_sms.scope() as opened:
        kinds = await opened.connection.fetch(
            "SELECT kind, valid_until FROM contact_restriction WHERE customer_id = $1",
            UUID(found["customer_id"]),
        )
    assert [(row["kind"], row["valid_until"]) for row in kinds] == [("own_wish", None)]
    # A survey of the same person is not sent any more.
    (obligation,) = found["obligation_ids"]
    async with by_sms.scope() as opened:
        await opened.connection.execute(
            "UPDATE contact SET answer_by = $2 WHERE id = $1", UUID(found["id"]), opened.now
        )
        await opened.connection.execute(
            'UPDATE obligation SET draft = (draft::jsonb || \'{"category": "survey"}\')::json, rung = 0 WHERE id = $1',
            UUID(obligation),
        )
    await work(by_sms)
    async with by_sms.scope() as opened:
        await opened.connection.execute(
            "UPDATE obligation SET channel = 'sms', rung = 0, rung_attempts = 0, callable_from = $2 WHERE id = $1",
            UUID(obligation),
            opened.now,
        )
    before = len(gateway.texts_to(phone))
    await work(by_sms)
    assert len(gateway.texts_to(phone)) == before


async def test_delivery_reports_count_once_and_a_dead_number_is_written_to_no_more(
    by_sms: Any, paid: Any, work: Any, gateway: Any, hooks: Any
) -> None:
    phone = await paid("S6")
    await work(by_sms)
    (sent,) = [one for one in gateway.taken if one["to"] == f"+86{phone}"]
    found = await contact_of(by_sms, phone)
    for status, kept in (("delivered", "delivered"), ("delivered", "delivered")):
        answer = await hooks.post("sms/reports", {"reference": f"gw-{sent['id']}", "status": status})
        assert answer.status_code == 204
        (message,) = (await by_sms.get(f"/contacts/{found['id']}/messages"))["items"]
        assert message["status"] == kept
    other = await paid("S7")
    await work(by_sms)
    (sent,) = [one for one in gateway.taken if one["to"] == f"+86{other}"]
    body = {"id": sent["id"], "status": "failed", "reason": "undeliverable"}
    for _ in range(2):
        assert (await hooks.post("sms/reports", body)).status_code == 204
    found = await contact_of(by_sms, other)
    assert (found["outcome"], found["attempted"], found["connected"]) == ("no_answer", True, False)
    (obligation,) = found["obligation_ids"]
    async with by_sms.scope() as opened:
        await opened.connection.execute(
            "UPDATE obligation SET channel = 'sms', rung = 0, rung_attempts = 0, callable_from = $2 WHERE id = $1",
            UUID(obligation),
            opened.now,
        )
    await work(by_sms)
    assert len(gateway.texts_to(other)) == 1
    row = await by_sms.get(f"/obligations/{obligation}")
    assert row["channel"] != "sms"


async def test_a_gateway_that_fails_is_asked_again_and_then_given_up(
    by_sms: Any, paid: Any, work: Any, gateway: Any
) -> None:
    gateway.refuses = (503, {})
    phone = await paid("S8")
    await work(by_sms)
    gateway.refuses = None
    await work(by_sms, again=True)
    assert len(gateway.texts_to(phone)) == 1
    gateway.refuses = (500, {"error": "internal"})
    other = await paid("S9")
    for _ in range(6):
        await work(by_sms, again=True)
    found = await contact_of(by_sms, other)
    # Nothing ever went out, so nobody was tried (ASK: only a dialled call is an attempt).
    assert (found["status"], found["attempted"]) == ("abandoned", False)
    row = await by_sms.get(f"/obligations/{found['obligation_ids'][0]}")
    assert (row["channel"], row["attempts"]) == ("phone", 0)


async def test_one_number_of_several_people_matches_nobody_without_a_code(
    by_sms: Any, paid: Any, work: Any, gateway: Any, hooks: Any, customer_of: Any, event_of: Any
) -> None:
    phone = await paid("S10")
    customer = customer_of("S11", phones=[phone], name="李四")
    await by_sms.call("PUT", f"/customers/core/{customer['customer_no']}", customer)
    event = event_of(
        "paid-S11", "payment.completed", payer="KS11", office="JN", paid_at="2026-03-09T10:00:00+08:00"
    )
    event["time"] = "2026-03-09T10:00:00+08:00"
    await by_sms.post("/events", event, status=202)
    await work(by_sms)
    first, second = [one for one in gateway.taken if one["to"] == f"+86{phone}"]
    await reply(hooks, phone, "1")
    async with by_sms.scope() as opened:
        assert await opened.connection.fetchval("SELECT count(*) FROM message WHERE contact_id IS NULL") == 1
    await reply(hooks, phone, "1", code=second["code"])
    async with by_sms.scope() as opened:
        answered = await opened.connection.fetch(
            "SELECT DISTINCT k.reply_code FROM answer a JOIN contact_section s ON s.id = a.section_id"
            " JOIN contact k ON k.id = s.contact_id WHERE k.reply_code = ANY($1)",
            [first["code"], second["code"]],
        )
    assert [row["reply_code"] for row in answered] == [second["code"]]


@pytest.mark.parametrize("fault", ["secret", "old", "body", "none"])
async def test_what_is_not_signed_is_refused(by_sms: Any, hooks: Any, fault: str) -> None:
    body = b'{"from": "+8613900000000", "text": "1"}'
    at = int(time.time()) - (3600 if fault == "old" else 0)
    headers = sign("another" if fault == "secret" else hooks.secret, "id-1", at, body)
    if fault == "none":
        headers = {}
    answer = await hooks.http.post(
        f"/api/v1/hooks/{hooks.slug}/sms/replies",
        content=body + b" " if fault == "body" else body,
        headers={"Content-Type": "application/json", **headers},
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "hook.not_signed")
    unknown = await hooks.http.post("/api/v1/hooks/nobody/sms/replies", content=body, headers=headers)
    assert unknown.json()["code"] == "hook.not_signed"


def test_a_signature_holds_for_its_body_and_its_time_alone() -> None:
    signed = sign("secret", "id-1", 1_700_000_000, b"body")
    assert check("secret", signed, b"body", 1_700_000_100.0) == "id-1"
    several = signed | {"webhook-signature": f"v1,AAAA {signed['webhook-signature']}"}
    assert check("secret", several, b"body", 1_700_000_000.0) == "id-1"
    for changed in (
        {"webhook-id": "id-2"},
        {"webhook-timestamp": "1700000001"},
        {"webhook-timestamp": "x"},
        {"webhook-signature": ""},
    ):
        with pytest.raises(NotSigned):
            check("secret", signed | changed, b"body", 1_700_000_000.0)
    with pytest.raises(NotSigned):
        check("secret", signed, b"body", 1_700_000_301.0)
