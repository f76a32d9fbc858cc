"""Scripts on paper: the same items as a call, in reading order, without what only a conversation needs (LN-4b, LN-4c, LN-6)."""

from huifang_core.scripts import CANNOT_BE_TOLD, Script, load_script, on_paper, unprinted_answer

SCRIPT = """
id: test.paper
version: 1
title: {zh-CN: 测试, en: Test}
purpose: test
start: greeting
steps:
  greeting:
    kind: ask
    identity: true
    text: {zh-CN: "请问是{customer.name}吗？", en: "Is this {customer.name}?"}
    answer:
      kind: choice
      choices:
        - {code: wrong, label: {zh-CN: 不是, en: No}, next: bye}
        - {code: speaking, label: {zh-CN: 是, en: Yes}}
    next: verify
  verify: {kind: identify, covers: x.identity, text: {zh-CN: 证件, en: ID}, compares: [customer.id_number], next: chat, failed: bye, refused: bye}
  chat: {kind: say, text: {zh-CN: 好的, en: Fine}, next: misled}
  misled:
    kind: ask
    covers: x.misled
    text: {zh-CN: 有人误导您吗？, en: Did anybody mislead you?}
    answer:
      kind: choice
      choices:
        - {code: nobody, label: {zh-CN: 没有, en: Nobody}, affirmative: true}
        - {code: somebody, label: {zh-CN: 有, en: Somebody}, affirmative: false, next: detail}
        - {code: stop, label: {zh-CN: 不想答, en: Stop}, affirmative: false, next: bye}
        - {code: skip, label: {zh-CN: 跳过, en: Skip}, affirmative: true, next: opinion}
    next: fees
  detail: {kind: ask, text: {zh-CN: 怎么说的？, en: How?}, answer: {kind: text}, next: fees}
  fees:
    kind: say
    covers: x.fees
    when: {fact: contract.fee_items, is: true}
    text: {zh-CN: "费用是{contract.fees}。", en: "Fees: {contract.fees}."}
    next: told
  told:
    kind: say
    covers: x.told
    text: {zh-CN: 犹豫期内可退保, en: You may withdraw}
    written: {zh-CN: 犹豫期内可书面申请退保, en: You may withdraw in writing}
    next: opinion
  opinion: {kind: ask, covers: x.opinion, text: {zh-CN: 您的意见, en: Your opinion}, answer: {kind: text}, next: done}
  done: {kind: end, result: completed, text: {zh-CN: 再见, en: Goodbye}}
  bye: {kind: end, result: refused, text: {zh-CN: 打扰了, en: Sorry}}
"""
FACTS = {
    "customer.name": "王小明",
    "customer.id_number": "1",
    "contract.fee_items": True,
    "contract.fees": "1%",
}


def script() -> Script:
    return load_script(SCRIPT)


def steps(facts: dict[str, object]) -> list[str]:
    return [part.step for part in on_paper(script(), facts, "zh-CN").parts]  # type: ignore[arg-type]


def test_what_covers_an_item_or_asks_is_printed_and_asides_follow_their_question() -> None:
    section = on_paper(script(), FACTS, "zh-CN")
    assert [part.step for part in section.parts] == ["misled", "detail", "fees", "told", "opinion"]
    assert [part.kind for part in section.parts] == ["ask", "ask", "say", "say", "ask"]
    assert section.parts[1].only_after == ("misled", "somebody")
    assert section.parts[2].text == "费用是1%。"
    assert [choice.label for choice in section.parts[3].choices] == ["客户已知晓", "客户未确认"]
    assert section.identifies
    assert section.title == "测试"


def test_a_box_says_where_it_leads_if_not_to_the_next_question() -> None:
    misled = on_paper(script(), FACTS, "en").parts[0]
    assert [(c.code, c.skips_to, c.ends) for c in misled.choices] == [
        ("nobody", None, False),
        ("somebody", None, False),
        ("stop", None, True),
        ("skip", "opinion", False),
    ]


def test_a_letter_is_read_and_a_sheet_is_read_out() -> None:
    def told(channel: str) -> str:
        parts = on_paper(script(), {**FACTS, "contact.channel": channel}, "en").parts
        return next(part.text for part in parts if part.step == "told")

    assert told("letter") == "You may withdraw in writing"
    assert told("on_site") == "You may withdraw"


def test_what_does_not_apply_is_left_out() -> None:
    assert steps({**FACTS, "contract.fee_items": False}) == ["misled", "detail", "told", "opinion"]


def test_sd_6h_what_can_not_be_told_is_left_out_and_named() -> None:
    section = on_paper(script(), {**FACTS, "contract.fees": None}, "zh-CN")
    assert "fees" not in [part.step for part in section.parts]
    assert section.missing == ("contract.fees",)
    assert unprinted_answer(script(), "fees", {**FACTS, "contract.fees": None}) == CANNOT_BE_TOLD


def test_what_goes_without_saying_is_the_first_answer_that_goes_on() -> None:
    said = {step: unprinted_answer(script(), step, FACTS) for step in script().steps}
    assert said == dict.fromkeys(script().steps) | {"greeting": "speaking", "chat": "said"}
