"""What is written to customers besides their script: invitations and hints, in both languages.

A tenant's settings may replace them. Placeholders: `insurer`, `title` of the callback, `link`, `until` when it works, `code` of a reply.
Nothing personal stands in them: whoever picks up the phone reads along.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

from huifang_core.scripts import Prompt
from huifang_core.texts import Language, Text, text
from huifang_core.windows import SHANGHAI

Wording = Literal["subject", "invitation", "question", "not_understood", "leave"]

_SMS: Final[Mapping[Wording, Text]] = {
    "invitation": text(
        "您好，请您完成{title}，约五分钟：{link} （{until}前有效，完成一次即失效，请勿转发）。有话要说可直接回复本短信。",
        "Please take five minutes for your {title}: {link} (until {until}; works once, do not pass it on). You can also reply here.",
    ),
    "question": text("您好，现就{title}向您了解几个问题。", "We have a few questions for your {title}."),
    "not_understood": text(
        "没能读懂您的回复，已转给工作人员。也可以只回复选项前的数字。",
        "We could not read your reply and have passed it on to a colleague. You can also reply with the number alone.",
    ),
    "leave": text("退订回复T", "Reply T to opt out"),
}
_EMAIL: Final[Mapping[Wording, Text]] = {
    "subject": text("{insurer}：{title}", "{insurer}: {title}"),
    "invitation": text(
        "您好！\n\n请您花约五分钟完成{title}。请打开下面的链接，按提示核对身份并回答：\n\n{link}\n\n"
        "链接在{until}前有效，完成一次即失效，请不要转发。您有话要说，也可以直接回复本邮件。\n\n{insurer}",
        "Good day,\n\nplease take about five minutes for your {title}. Open the link, prove who you are and answer:\n\n{link}\n\n"
        "It works until {until} and once only; please do not pass it on. You can also reply to this e-mail.\n\n{insurer}",
    ),
    "question": text(
        "您好！\n\n现就{title}向您了解几个问题，请直接回复本邮件作答。",
        "Good day,\n\nwe have a few questions for your {title}; please answer by replying to this e-mail.",
    ),
    "not_understood": text(
        "没能读懂您的回复，已转给工作人员。也可以只回复选项前的数字。",
        "We could not read your reply and have passed it on to a colleague. You can also reply with the number alone.",
    ),
}
_OURS: Final[Mapping[str, Mapping[Wording, Text]]] = {"sms": _SMS, "email": _EMAIL}

_ANSWER_LINES: Final = {
    "text": text("请直接回复您的意见。", "Please reply in your own words."),
    "number": text("请回复一个数字。", "Please reply with a number."),
    "date": text("请回复日期，如2026-05-01。", "Please reply with a day such as 2026-05-01."),
    "choice": text("请回复选项前的数字：", "Please reply with a number:"),
}

_GO_ON: Final = text("请回复1继续。", "Please reply 1 to go on.")


def said(
    channel: str, what: Wording, own: Mapping[Any, Text], language: Language, **values: str | None
) -> str:
    """Return one of these texts, a tenant's own in the place of ours, its placeholders filled."""
    words = own.get(what) or _OURS[channel][what]
    filled = words.in_language(language)
    for name, value in values.items():
        filled = filled.replace(f"{{{name}}}", value or "")
    return filled


def until(instant: datetime, language: Language) -> str:
    """Say until when, in Asia/Shanghai."""
    local = instant.astimezone(SHANGHAI)
    if language == "zh-CN":
        return f"{local.month}月{local.day}日{local:%H:%M}"
    return f"{local:%d %b %H:%M}"


def asked(prompt: Prompt, language: Language) -> str:
    """Return a step of a script as it is put in a message: its choices numbered from 1."""
    lines = [prompt.text]
    if len(prompt.choices) == 1:
        lines.append(_GO_ON.in_language(language))
    elif prompt.choices:
        lines.append(_ANSWER_LINES["choice"].in_language(language))
        lines += [f"{number} {choice.label}" for number, choice in enumerate(prompt.choices, 1)]
    elif prompt.open_answer is not None:
        kind = str(prompt.open_answer.__struct_config__.tag)
        lines.append(_ANSWER_LINES[kind].in_language(language))
    return "\n".join(lines)
