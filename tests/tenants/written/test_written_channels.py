"""The settings of channels in writing: what may be set, and what is never shown."""

from typing import Any

import msgspec
import pytest
from huifang_core.texts import text
from huifang_tenants.written_channels import (
    BrokenChannel,
    EmailSettings,
    Logo,
    OnlineSettings,
    SmsSettings,
    Ways,
    check,
    shown,
)

ONLINE = OnlineSettings(host="callback.example.cn")
EMAIL = EmailSettings(server="mail.example.cn", mailbox="callback@example.cn", hook_sealed="x")
SMS = SmsSettings(address="https://sms.example.cn/v1", sealed="x", signature="泰岳人寿")


@pytest.mark.parametrize("settings", [ONLINE, EMAIL, SMS])
def test_what_is_complete_may_be_set(settings: Any) -> None:
    check(settings)


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        (ONLINE, {"host": "https://callback.example.cn"}),
        (ONLINE, {"host": "Callback.example.cn"}),
        (ONLINE, {"host": "callback.example.cn/q"}),
        (ONLINE, {"colour": "#ffd700"}),
        (ONLINE, {"logo": Logo("image/png", "A" * 120_000)}),
        (EMAIL, {"server": "mail.example.cn:25"}),
        (EMAIL, {"mailbox": "callback+x@example.cn"}),
        (EMAIL, {"mailbox": "nobody"}),
        (EMAIL, {"user": "callback"}),
        (EMAIL, {"user": "callback", "sealed": "x", "security": "none"}),
        (EMAIL, {"allowed_networks": ("10.0.0.0/99",)}),
        (EMAIL, {"texts": {"subject": text("{name}", "{name}")}}),
        (SMS, {"address": "ftp://sms.example.cn"}),
        (SMS, {"address": "https://user:pass@sms.example.cn"}),
        (SMS, {"texts": {"invitation": text("{link}", "{secret}")}}),
    ],
)
def test_what_could_not_work_or_would_give_something_away_is_refused(settings: Any, changes: Any) -> None:
    with pytest.raises(BrokenChannel):
        check(msgspec.structs.replace(settings, **changes))


def test_secrets_are_not_shown() -> None:
    assert "sealed" not in str(shown(EMAIL))
    assert "sealed" not in str(shown(SMS))
    with_logo = msgspec.structs.replace(ONLINE, logo=Logo("image/png", "iVBORw0KGgo="))
    assert "iVBORw0KGgo" not in str(shown(with_logo))


def test_a_link_needs_somebody_to_bring_it() -> None:
    assert Ways(online=ONLINE).set_up == ()
    assert Ways(online=ONLINE, sms=SMS).set_up == ("online", "sms")
    assert Ways(email=EMAIL).set_up == ("email",)
