"""What a tenant may set: how payers are contacted, and what several payments of one payer come to."""

from typing import Annotated, Literal

from huifang_core.offices import OfficeSettings
from huifang_core.packaged import described

FeedbackChannel = Literal["phone", "sms", "email", "on_site"]
"""The ways of PF-2."""

SeveralPayments = Literal["each", "each_day", "each_window"]


class Settings(OfficeSettings, frozen=True, forbid_unknown_fields=True):
    """Settings of the payers' feedback plugin; every one has a default."""

    channels: Annotated[
        tuple[FeedbackChannel, ...],
        described(
            "回访方式及先后",
            "channels, in order",
            "缴费后回访依次采用的方式：短信和邮件（均告知回复途径）、电话、现场（PF-2）。",
            "How payers are contacted after a payment, one after the other: text message and e-mail, both with a way to reply, "
            "phone, on-site (PF-2).",
            min_length=1,
        ),
    ] = ("sms", "email", "phone", "on_site")
    reply_channels: Annotated[
        tuple[FeedbackChannel, ...],
        described(
            "答复方式及先后",
            "channels of answers, in order",
            "答复缴费人的建议和问题时依次采用的方式；默认先打电话，答复期限较短。",
            "How suggestions and problems are answered, one after the other; the phone first by default, since there is little time.",
            min_length=1,
        ),
    ] = ("phone", "sms", "email", "on_site")
    several_payments: Annotated[
        SeveralPayments,
        described(
            "同一缴费人多笔缴费",
            "several payments of one payer",
            "each：每笔各回访一次；each_day：同一天的各笔合并回访一次，回访次日起进行，不会遗漏当天任何一笔；"
            "each_window：首笔回访期限内的各笔合并回访一次，可能在后几笔之前已完成回访。",
            "each: every payment has a callback of its own. each_day: those of one day share one, which starts the day after and so "
            "leaves none of them out. each_window: those within the time of the first one's callback share it, though it may have been "
            "made before the later ones.",
        ),
    ] = "each_day"
