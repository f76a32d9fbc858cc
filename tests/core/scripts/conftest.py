"""Two small scripts of the renewal callbacks (SD-7), shared by the tests of this folder."""

import pytest
from huifang_core.conditions import FactSpec
from huifang_core.content import ContentItem
from huifang_core.scripts import Script, load_items, load_script
from huifang_core.texts import Text

GRACE_REMINDER = """
id: sd.grace_reminder
version: 1
title: {zh-CN: 宽限期提醒, en: Grace period reminder}
purpose: grace_reminder
start: greet
steps:
  greet:
    kind: say
    identity: true
    text: {zh-CN: "您好，这里是{insurer.name}。", en: "Good day, {insurer.name} speaking."}
    next: verify
  verify:
    kind: identify
    text: {zh-CN: 请报一下您证件号码的后四位。, en: Please tell me the last four digits of your ID number.}
    compares: [policyholder.id_last4]
    covers: sd.identity
    next: tell_end
    failed: not_the_person
    refused: will_not_say
  tell_end:
    kind: say
    covers: sd.grace_end
    text:
      zh-CN: "保单{contract.contract_no}的宽限期到{contract.grace_end}为止，请在此之前交纳{contract.premium}元。"
      en: "The grace period of policy {contract.contract_no} ends on {contract.grace_end}; please pay {contract.premium} yuan by then."
    next: loan
  loan:
    kind: say
    when: {fact: contract.automatic_loan, is: true}
    covers: sd.automatic_loan
    text: {zh-CN: 逾期未交将自动垫交保费。, en: If unpaid the premium is lent automatically.}
    next: done
  done: {kind: end, result: completed, text: {zh-CN: 谢谢，再见。, en: Thank you and goodbye.}}
  not_the_person: {kind: end, result: identity_failed, text: {zh-CN: 打扰了。, en: Sorry to have troubled you.}}
  will_not_say: {kind: end, result: refused, text: {zh-CN: 打扰了。, en: Sorry to have troubled you.}}
"""

GRACE_ITEMS = """
- id: sd.identity
  cites: [SD-6a]
  kind: ask
  title: {zh-CN: 核实身份, en: Identity}
- id: sd.grace_end
  cites: [SD-7a]
  kind: tell
  title: {zh-CN: 宽限期截止日, en: End of the grace period}
- id: sd.automatic_loan
  cites: [SD-7a]
  kind: tell
  title: {zh-CN: 自动垫交, en: Automatic premium loan}
  applies: {fact: contract.automatic_loan, is: true}
"""

KEPT_PREMIUM = """
id: sd.unpaid_after_grace
version: 3
title: {zh-CN: 宽限期满未交费回访, en: Unpaid after the grace period}
purpose: grace_unpaid
start: verify
steps:
  verify:
    kind: identify
    text: {zh-CN: 请报一下您的出生日期。, en: Please tell me your date of birth.}
    compares: [policyholder.birth_date]
    next: paid_to_seller
    failed: not_the_person
    refused: will_not_say
  paid_to_seller:
    kind: ask
    covers: sd.premium_kept
    text: {zh-CN: 您是否已经把保费交给了业务员？, en: "Did you hand the premium to a salesperson?"}
    answer:
      kind: choice
      choices:
        - {code: no, label: {zh-CN: 没有, en: "No"}, affirmative: true, next: reason}
        - code: yes
          label: {zh-CN: 交给业务员了, en: "Yes"}
          affirmative: false
          next: amount
          effects:
            - effect: open_case
              case_class: premium_kept
              severity: 4
              note: {zh-CN: 客户称保费已交业务员, en: Customer says a salesperson has the premium}
            - effect: notify_role
              when: completion
              role: compliance_officer
              level: province
              message: {zh-CN: 疑似截留保费, en: A premium may have been kept}
  amount:
    kind: ask
    text: {zh-CN: 交了多少？, en: "How much was it?"}
    answer: {kind: number, minimum: 0}
    next: reason
  reason:
    kind: ask
    covers: sd.unpaid_reason
    text: {zh-CN: 请问未交费的原因是什么？, en: "Why was the premium not paid?"}
    answer: {kind: text, max_length: 200}
    next: lapse
  lapse:
    kind: say
    covers: sd.lapse
    text:
      zh-CN: "保单{contract.contract_no}已经失效，两年内可以申请复效。"
      en: "Policy {contract.contract_no} has lapsed; it can be reinstated within two years."
    next: done
  done: {kind: end, result: completed, text: {zh-CN: 谢谢，再见。, en: Thank you and goodbye.}}
  not_the_person: {kind: end, result: identity_failed, text: {zh-CN: 打扰了。, en: Sorry to have troubled you.}}
  will_not_say: {kind: end, result: refused, text: {zh-CN: 打扰了。, en: Sorry to have troubled you.}}
"""

KEPT_ITEMS = """
- {id: sd.premium_kept, cites: [SD-7b], kind: ask, title: {zh-CN: 是否截留保费, en: Premium kept by a salesperson}}
- {id: sd.unpaid_reason, cites: [SD-7b], kind: ask, title: {zh-CN: 未交费原因, en: Reason for not paying}}
- {id: sd.lapse, cites: [SD-7b], kind: tell, title: {zh-CN: 失效与复效, en: Lapse and reinstatement}}
"""


def _spec(fact: str, kind: str, **more: bool) -> FactSpec:
    return FactSpec(fact, kind, Text(fact, fact), **more)


@pytest.fixture
def grace_yaml() -> str:
    return GRACE_REMINDER


@pytest.fixture
def grace_script() -> Script:
    return load_script(GRACE_REMINDER)


@pytest.fixture
def grace_items() -> tuple[ContentItem, ...]:
    return load_items(GRACE_ITEMS)


@pytest.fixture
def kept_script() -> Script:
    return load_script(KEPT_PREMIUM)


@pytest.fixture
def kept_items() -> tuple[ContentItem, ...]:
    return load_items(KEPT_ITEMS)


@pytest.fixture
def fact_specs() -> tuple[FactSpec, ...]:
    return (
        _spec("insurer.name", "text", before_identity=True),
        _spec("policyholder.id_last4", "text"),
        _spec("policyholder.birth_date", "date"),
        _spec("contract.contract_no", "text"),
        _spec("contract.grace_end", "date"),
        _spec("contract.premium", "money"),
        _spec("contract.automatic_loan", "boolean"),
    )
