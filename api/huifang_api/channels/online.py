"""The pages of the online questionnaire: plain HTML that needs no script, for a phone, in a tenant's name and colour (REG-6).

A page is whole in itself, its style included, so that what is kept of it shows it again as it was; only the logo is fetched beside it,
under a name that changes with the picture.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from huifang_core.scripts import CANNOT_BE_TOLD, DateAnswer, NumberAnswer, TextAnswer
from huifang_core.texts import Language, Text, text
from huifang_tenants.services.written.identity import Provable
from huifang_tenants.services.written.playing import Closed, Ended, IdentityCheck, NoQuestion, Question, View
from huifang_tenants.tenant import Tenant
from huifang_tenants.written_channels import OnlineSettings
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_TITLE: Final = text("客户回访", "Customer callback")
_COUNT: Final = text("第 {n} 题", "Question {n}")
_WORDS: Final[Mapping[str, Text]] = {
    "next": text("下一步", "Continue"),
    "prove": text("确认身份", "Confirm"),
    "refuse": text("我不愿核实身份", "I would rather not"),
    "footer": text(
        "请由本人填写。您看到的页面与作出的回答会加密保存，作为本次回访的记录。",
        "Please answer in person. The pages you see and your answers are kept encrypted as the record of this callback.",
    ),
}
_LABELS: Final[Mapping[str, Text]] = {
    # What a caller ticks for the customer, the customer says here.
    "said": text("继续", "Continue"),
    "acknowledged": text("我已知晓", "I understand"),
    "not_acknowledged": text("我不清楚", "I don't understand"),
    CANNOT_BE_TOLD: text("继续", "Continue"),
}
_FACTS: Final[Mapping[Provable, tuple[Text, Text | None, str]]] = {
    "customer.id_number": (
        text("证件号码", "ID number"),
        text("办理业务时所用证件的号码", "Of the document you gave when you applied"),
        "text",
    ),
    "customer.id_last4": (
        text("证件号码后四位", "Last four characters of your ID number"),
        text("末位是字母的，照原样填写", "Letters included"),
        "text",
    ),
    "customer.birth_date": (text("出生日期", "Date of birth"), None, "date"),
}
_ANEW: Final = text(
    "为保护您的信息，在这台设备上继续之前，请先核实身份。",
    "To protect your data, please prove who you are before you go on in this browser.",
)
_WRONG: Final = text(
    "核对不一致，请检查后再填。还可以试 {n} 次。", "That doesn't match. You can try {n} more time(s)."
)
_UNFIT: Final[Mapping[str, Text]] = {
    "text": text("请填写内容，不要超过字数上限。", "Please write something, within the limit."),
    "number": text("请填写范围内的数字。", "Please give a number within the limits."),
    "date": text("请填写日期，如 2026-05-01。", "Please give a day such as 2026-05-01."),
    "choice": text("请选择一项。", "Please choose one."),
}
_ENDED: Final[Mapping[str, tuple[Text, bool]]] = {
    "completed": (text("回访已完成，谢谢您", "Done. Thank you"), True),
    "call_back_at": (text("好的，改日再请您填写", "We will ask you again"), True),
    "refused": (text("已记录您的意愿", "We have noted your wish"), False),
    "wrong_number": (text("已记录，抱歉打扰", "Noted. Sorry for the trouble"), False),
    "identity_failed": (text("身份未能核实", "We could not verify who you are"), False),
}
_CLOSED: Final[Mapping[Closed, tuple[Text, Text, bool]]] = {
    "unknown": (
        text("链接无效", "This link does not work"),
        text("请核对链接是否完整。", "Please check that the link is complete."),
        False,
    ),
    "done": (
        text("回访已完成，谢谢您", "Done. Thank you"),
        text(
            "这个链接只能使用一次，您的回答已经收到。",
            "The link works once; your answers have been received.",
        ),
        True,
    ),
    "over": (
        text("链接已失效", "This link has expired"),
        text("如仍需回访，我们会再与您联系。", "If need be, we will contact you again."),
        False,
    ),
    "locked": (
        text("身份未能核实", "We could not verify who you are"),
        text(
            "为保护您的信息，这个链接已停用。我们会以其他方式与您联系。",
            "To protect your data this link has been locked. We will contact you in another way.",
        ),
        False,
    ),
}
_NOT_NOW: Final = (
    text("暂时无法继续", "Not possible right now"),
    text(
        "请稍后再打开这个链接，已填写的内容不会丢失。",
        "Please open the link again later; what you have answered is kept.",
    ),
)
_BUSY: Final = (
    text("操作过于频繁", "Too many requests"),
    text("请一分钟后再试。", "Please try again in a minute."),
)
_OTHER: Final[Mapping[Language, tuple[Language, str]]] = {"zh-CN": ("en", "English"), "en": ("zh-CN", "中文")}


class Page(msgspec.Struct, frozen=True):
    """A page, and the policy (CSP) that goes with it."""

    html: str
    policy: str


def page_of(tenant: Tenant, settings: OnlineSettings, view: View, language: Language, action: str) -> Page:
    """Return the page of a view; `action` is the path that answers are sent to."""
    match view:
        case Question():
            return _page(
                tenant,
                settings,
                language,
                action,
                problem=_unfit(view).in_language(language) if view.problem is not None else None,
                question=_question(view, language),
            )
        case IdentityCheck():
            return _page(
                tenant,
                settings,
                language,
                action,
                problem=_with_number(_WRONG, language, view.tries_left) if view.tries_left else None,
                identity={
                    "text": _ANEW.in_language(language) if view.anew else view.text,
                    "fields": [_field(fact, language) for fact in view.facts],
                    "may_refuse": not view.anew,
                },
            )
        case Ended():
            title, good = _ENDED.get(view.outcome, _ENDED["refused"])
            return _end(tenant, settings, language, action, title, (view.text,), good=good)
        case NoQuestion():
            title, line, good = _CLOSED[view.why]
            return _end(tenant, settings, language, action, title, (line.in_language(language),), good=good)


def busy_page(tenant: Tenant, settings: OnlineSettings, language: Language) -> Page:
    """Return the page for whoever asks too often."""
    title, line = _BUSY
    return _end(tenant, settings, language, "", title, (line.in_language(language),), good=False)


def not_now_page(tenant: Tenant, settings: OnlineSettings, language: Language) -> Page:
    """Return the page for an answer that could not be taken for a reason of ours."""
    title, line = _NOT_NOW
    return _end(tenant, settings, language, "", title, (line.in_language(language),), good=False)


def policy_of(html: str) -> str:
    """Return the policy of a page that was kept: its own style, and nothing that acts."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    return f"{_POLICY.format(style=_hash(style))}; sandbox"


def logo_name(settings: OnlineSettings) -> str | None:
    """Return the name of the tenant's logo, which changes with the picture."""
    if settings.logo is None:
        return None
    return hashlib.sha256(settings.logo.content.encode()).hexdigest()[:16]


def _end(
    tenant: Tenant,
    settings: OnlineSettings,
    language: Language,
    action: str,
    title: Text,
    lines: tuple[str, ...],
    *,
    good: bool,
) -> Page:
    said = [line for line in lines if line]
    return _page(
        tenant,
        settings,
        language,
        action,
        title=title.in_language(language),
        end={"lines": said, "good": good},
    )


def _page(
    tenant: Tenant,
    settings: OnlineSettings,
    language: Language,
    action: str,
    *,
    title: str | None = None,
    problem: str | None = None,
    question: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    end: Mapping[str, Any] | None = None,
) -> Page:
    style = f"{_file('questionnaire.css').strip()}\n:root {{ --brand: {settings.colour} }}"
    other, label = _OTHER[language]
    logo = logo_name(settings)
    hint = question is not None and question["hint"]
    described = " ".join((*(("hint",) if hint else ()), *(("problem",) if problem else ())))
    name = settings.name.in_language(language) if settings.name is not None else tenant.name
    html = _template().render(
        language=language,
        title=title or _TITLE.in_language(language),
        name=name,
        # Of our own making, with a colour that was checked; escaped it would be no style any more.
        style=Markup(style),  # noqa: S704
        logo=f"/q/logo/{logo}" if logo is not None else None,
        other={"language": other, "label": label} if end is None else None,
        action=action,
        problem=problem,
        question=question,
        identity=identity,
        end=end,
        described=Markup(' aria-describedby="{}"').format(described) if described else "",
        words={key: words.in_language(language) for key, words in _WORDS.items()},
    )
    return Page(html, _POLICY.format(style=_hash(style)))


def _question(view: Question, language: Language) -> dict[str, Any]:
    prompt, form = view.prompt, view.prompt.open_answer
    found: dict[str, Any] = {
        "step": prompt.step,
        "text": prompt.text,
        "count": _with_number(_COUNT, language, view.number),
        "choices": [
            {
                "code": choice.code,
                "label": _LABELS[choice.code].in_language(language)
                if choice.code in _LABELS
                else choice.label,
            }
            for choice in prompt.choices
        ],
        "hint": None,
    }
    match form:
        case TextAnswer():
            found |= {"form": "text", "max_length": form.max_length}
        case NumberAnswer():
            found |= {"form": "number", "hint": _span(form.minimum, form.maximum)}
        case DateAnswer():
            found |= {"form": "date", "earliest": form.earliest, "latest": form.latest}
    return found


def _span(least: object, most: object) -> str | None:
    if least is None and most is None:
        return None
    return f"{'' if least is None else least} – {'' if most is None else most}"


def _unfit(view: Question) -> Text:
    form = view.prompt.open_answer
    return _UNFIT["choice" if form is None else str(form.__struct_config__.tag)]


def _field(fact: Provable, language: Language) -> dict[str, str | None]:
    label, hint, kind = _FACTS[fact]
    return {
        "name": fact,
        "label": label.in_language(language),
        "hint": hint.in_language(language) if hint is not None else None,
        "type": kind,
    }


def _with_number(words: Text, language: Language, number: int) -> str:
    return words.in_language(language).replace("{n}", str(number))


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@lru_cache(maxsize=8)
def _file(name: str) -> str:
    return (files("huifang_api.channels") / "templates" / name).read_text("utf-8")


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("questionnaire.html"))
