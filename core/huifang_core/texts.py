"""Texts that people read, always in both languages of the product."""

from typing import Literal

from msgspec import Struct, field

Language = Literal["zh-CN", "en"]

LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One text in Chinese and English; neither may be left out."""

    zh_cn: str = field(name="zh-CN")
    en: str

    def in_language(self, language: Language) -> str:
        """The text in `language`."""
        return self.zh_cn if language == "zh-CN" else self.en


def text(zh_cn: str, en: str) -> Text:
    """Build a `Text`; shorter than naming both fields where rules and traces are written."""
    return Text(zh_cn=zh_cn, en=en)
