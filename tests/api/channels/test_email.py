"""E-mail through a mail server that speaks SMTP: sent, answered, bounced (PF-2)."""

import re
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from huifang_api.channels.email import read
from huifang_tenants.services.plugins import configure
from huifang_tenants.stores.ledger import Actor
from huifang_tenants.written_channels import EmailSettings, seal

from .conftest import HOST

REASON = {"reason": "客户来电核对"}


@pytest.fixture
async def by_email(office: Any, set_up: Any, mailbox: Any, hooks: Any) -> Any:
    """An office with a mail server, and nothing else."""
    await set_up(office, "online", None)
    await set_up(office, "sms", None)
    sealed = seal(office.tenant, "email", hooks.secret)
    await set_up(office, "email", {**mailbox.settings, "hook_sealed": sealed})
    return office


@pytest.fixture
async def paid(api: Any, by_email: Any, event_of: Any, customer_of: Any) -> Any:
    """Let somebody pay at the office, who is asked about it by e-mail, there being no gateway; return their address."""
    catalogue = await api.world.services.catalogue()
    async with by_email.scope() as opened:
        await configure(opened, catalogue, "payer_feedback", Actor("test:setup"))

    async def pay(number: str) -> str:
        address = f"{number.lower()}@customer.example"
        customer = customer_of(number, emails=[address])
        await by_email.call("PUT", f"/customers/core/{customer['customer_no']}", customer)
        at = "2026-03-09T10:00:00+08:00"
        event = event_of(
            f"paid-{number}", "payment.completed", time=at, payer=f"K{number}", office="JN", paid_at=at
        )
        await by_email.post("/events", event, status=202)
        return address

    return pay


def sent_to(mailbox: Any, address: str) -> list[tuple[str, EmailMessage]]:
    return [(envelope, mail) for envelope, to, mail in mailbox.taken if to == [address]]


async def latest(office: Any, number: str) -> dict[str, Any]:
    """The latest contact with the customer of this number."""
    async with office.scope() as opened:
        id = await opened.connection.fetchval(
            "SELECT k.id FROM contact k JOIN customer c ON c.id = k.customer_id WHERE c.customer_no = $1"
            " ORDER BY k.id DESC LIMIT 1",
            f"K{number}",
        )
    return await office.get(f"/contacts/{id}")  # type: ignore[no-any-return]


def reply_to(mail: EmailMessage, text: str, *, html: bool = False, **headers: str) -> bytes:
    reply = EmailMessage()
    reply["From"] = str(mail["To"])
    reply["To"] = str(mail["Reply-To"])
    reply["Subject"] = f"回复：{mail['Subject']}"
    reply["Message-ID"] = headers.pop("message_id", f"<{hash(text)}@customer.example>")
    for name, value in headers.items():
        reply[name.replace("_", "-")] = value
    reply.set_content(text, subtype="html" if html else "plain")
    return reply.as_bytes()


async def test_a_mail_names_its_contact_and_nothing_personal(
    by_email: Any, paid: Any, work: Any, mailbox: Any
) -> None:
    address = await paid("E1")
    await work(by_email)
    ((envelope, mail),) = sent_to(mailbox, address)
    assert re.fullmatch(r"callback\+[a-z0-9]{12}@taiyue\.example", envelope)
    # Replies and bounces both come to where the contact is named.
    assert str(mail["Reply-To"]) == envelope
    assert str(mail["From"]) == "泰岳人寿客户回访 <callback@taiyue.example>"
    assert str(mail["Subject"]) == "泰岳人寿：缴费后回访"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "1 是" in mail.get_content()
    found = await latest(by_email, "E1")
    assert (found["channel"], found["number"]) == ("email", "e***@customer.example")
    (message,) = (await by_email.get(f"/contacts/{found['id']}/messages"))["items"]
    assert (message["kind"], message["status"]) == ("sent", "sent")


async def test_replies_answer_the_script_to_its_end_pf_2(
    by_email: Any, paid: Any, work: Any, mailbox: Any, hooks: Any
) -> None:
    address = await paid("E2")
    await work(by_email)
    for number in range(20):
        mail = sent_to(mailbox, address)[-1][1]
        quoted = "\n".join(f"> {line}" for line in mail.get_content().splitlines())
        text = f"1\n\n在 2026年3月10日 10:05，泰岳人寿客户回访 <callback@taiyue.example> 写道：\n{quoted}\n"
        answer = await hooks.post("email", reply_to(mail, text, message_id=f"<e2-{number}@customer.example>"))
        assert answer.status_code == 204, answer.text
        await work(by_email)
        if (await latest(by_email, "E2"))["status"] != "in_progress":
            break
    found = await latest(by_email, "E2")
    assert (found["outcome"], found["completed"], found["successful"]) == ("completed", True, True)


async def test_the_link_to_the_questionnaire_comes_by_e_mail(
    by_email: Any, set_up: Any, paid: Any, work: Any, mailbox: Any, browser: Any
) -> None:
    await set_up(by_email, "online", {"host": HOST})
    address = await paid("E3")
    await work(by_email)
    ((_, mail),) = sent_to(mailbox, address)
    link = re.search(rf"https://{HOST}(/q/\S+)", mail.get_content())
    assert link is not None
    async with browser() as opened:
        page = await opened.go_on_smoothly(link[1], await opened.open(link[1]))
        assert "谢谢您" in page.text
    assert (await latest(by_email, "E3"))["outcome"] == "completed"


async def test_what_bounces_reached_nobody_and_the_address_is_written_to_no_more(
    by_email: Any, paid: Any, work: Any, mailbox: Any, hooks: Any
) -> None:
    address = await paid("E4")
    await work(by_email)
    ((envelope, _mail),) = sent_to(mailbox, address)
    later = _bounce(envelope, address, "4.2.2")
    assert (await hooks.post("email", later)).status_code == 204
    assert (await latest(by_email, "E4"))["status"] == "in_progress"
    gone = _bounce(envelope, address, "5.1.1")
    for _ in range(2):
        assert (await hooks.post("email", gone)).status_code == 204
    found = await latest(by_email, "E4")
    assert (found["outcome"], found["attempted"], found["connected"]) == ("no_answer", True, False)
    await _ask_again(by_email, found["obligation_ids"][0])
    await work(by_email)
    assert len(sent_to(mailbox, address)) == 1


async def test_who_the_server_does_not_know_is_reached_otherwise_at_once(
    by_email: Any, paid: Any, work: Any, mailbox: Any
) -> None:
    mailbox.unknown.add("e5@customer.example")
    await paid("E5")
    await work(by_email)
    found = await latest(by_email, "E5")
    assert (found["outcome"], found["attempted"], found["connected"]) == ("no_answer", True, False)
    assert (await by_email.get(f"/obligations/{found['obligation_ids'][0]}"))["channel"] == "phone"


async def test_a_server_that_is_busy_is_asked_again(
    by_email: Any, paid: Any, work: Any, mailbox: Any
) -> None:
    mailbox.busy = True
    address = await paid("E6")
    await work(by_email)
    assert sent_to(mailbox, address) == []
    assert (await latest(by_email, "E6"))["attempted"] is False
    mailbox.busy = False
    await work(by_email, again=True)
    ((_, mail),) = sent_to(mailbox, address)
    assert str(mail["Message-ID"]).endswith("@taiyue.example>")


async def test_an_automatic_answer_is_kept_and_bothers_nobody(
    by_email: Any, paid: Any, work: Any, mailbox: Any, hooks: Any
) -> None:
    address = await paid("E7")
    await work(by_email)
    ((_, mail),) = sent_to(mailbox, address)
    away = reply_to(mail, "我在休假，下周回复。", Auto_Submitted="auto-replied")
    assert (await hooks.post("email", away)).status_code == 204
    found = await latest(by_email, "E7")
    kept = (await by_email.get(f"/contacts/{found['id']}/messages"))["items"]
    assert [one["kind"] for one in kept] == ["sent", "received"]
    notices = (await by_email.get("/notices", params={"role": "case_handler"}))["items"]
    assert kept[1]["id"] not in [notice["subject_id"] for notice in notices]
    stray = EmailMessage()
    stray["From"], stray["To"], stray["Message-ID"] = (
        "x@y.example",
        "callback@taiyue.example",
        "<stray@y.example>",
    )
    stray.set_content("1")
    assert (await hooks.post("email", stray.as_bytes())).status_code == 204


SETTINGS = EmailSettings(server="mail.example.cn", mailbox="callback@taiyue.example", hook_sealed="x")


@pytest.mark.parametrize(
    ("text", "html", "said"),
    [
        ("好的\n\n-----原始邮件-----\n发件人：x", False, "好的"),
        ("1\n\n> 2 否", False, "1"),
        (
            "Fine.\n\nOn Tue, 10 Mar 2026 at 10:05, Taiyue <callback@taiyue.example> wrote:\n> 1 Yes",
            False,
            "Fine.",
        ),
        ("第一行\n第二行\n\n发件人: 泰岳", False, "第一行\n第二行"),
        ("<style>p{}</style><p>满意</p><blockquote>1 是</blockquote><script>x</script>", True, "满意"),
        ("", False, ""),
    ],
)
def test_of_a_reply_counts_what_stands_above_the_quotation(text: str, html: bool, said: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "王 <w@customer.example>", "callback+abcdefgh2345@taiyue.example"
    mail.set_content(text, subtype="html" if html else "plain")
    found = read(SETTINGS, mail.as_bytes())
    assert found is not None
    assert (found.kind, found.code, found.sender, found.text) == (
        "reply",
        "abcdefgh2345",
        "w@customer.example",
        said,
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"To: callback@taiyue.example\n\n1", b"To: a+b@c\nFrom: =?utf-8?q?=ff?=\n\nx"],
)
def test_what_names_no_contact_is_nobodys(content: bytes) -> None:
    assert read(SETTINGS, content) is None


def _bounce(envelope: str, address: str, status: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mail.example\r\n"
        f"To: {envelope}\r\nSubject: Undelivered Mail\r\nMessage-ID: <{status}-{address}>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n\r\n--b--\r\n"
    ).encode()


async def _ask_again(office: Any, obligation: str) -> None:
    async with office.scope() as opened:
        await opened.connection.execute(
            "UPDATE obligation SET channel = 'email', rung = 1, rung_attempts = 0, callable_from = $2 WHERE id = $1",
            UUID(obligation),
            opened.now,
        )
