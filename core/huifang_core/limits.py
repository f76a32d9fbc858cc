"""Limits: caps and shares that contacts must keep, declared by plugins and checked when one is planned, claimed and dialled.

What a limit allows is a dated, cited parameter of the plugin; who may go past it, where anybody may, stands with it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from huifang_core.obligations import Category, ContactChannel
from huifang_core.texts import Text
from huifang_core.units import Role

LimitId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]


class ChannelShare(Struct, frozen=True, kw_only=True, tag="channel_share"):
    """Obligations completed by these channels, over all completed, of the plugin that declares it, per tenant and period (LN-5, DEC-9).

    `at_most` and `warn_at` name parameters, shares between 0 and 1. Past it nothing goes to such a channel without the approval of
    somebody who holds `approved_by`, with a reason.
    """

    id: LimitId
    title: Text
    cites: tuple[str, ...]
    channels: tuple[ContactChannel, ...]
    at_most: str
    warn_at: str
    period: Literal["calendar_year", "calendar_month"] = "calendar_year"
    approved_by: Role = "team_leader"


class Frequency(Struct, frozen=True, kw_only=True, tag="frequency"):
    """How many contacts of these categories a person gets within so many days, over all plugins that declare none stricter (CARE-2).

    `at_most` and `within_days` name parameters. Mandatory contacts neither count nor are held back.
    """

    id: LimitId
    title: Text
    cites: tuple[str, ...]
    categories: tuple[Category, ...]
    at_most: str
    within_days: str


class GiftValue(Struct, frozen=True, kw_only=True, tag="gift_value"):
    """What gifts may be worth, in yuan: each of them, and all that a person gets in a calendar year together (CARE-1).

    `each_at_most` and `yearly_at_most` name parameters. Every gift is approved by somebody who holds `approved_by` and is not who asked
    for it.
    """

    id: LimitId
    title: Text
    cites: tuple[str, ...]
    each_at_most: str
    yearly_at_most: str
    approved_by: Role = "team_leader"


Limit = ChannelShare | Frequency | GiftValue
