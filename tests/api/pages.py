"""Looking at PDF the way people and machines do: as pictures, as text, and through the eye of a scanner."""

import msgspec
import pypdfium2
import zxingcpp
from PIL.Image import Image


class Page(msgspec.Struct, frozen=True):
    """One page: its text as a reader copies it, and its picture at 150 dots per inch."""

    text: str
    picture: Image

    @property
    def codes(self) -> list[str]:
        """What a scanner reads from the page."""
        return [code.text for code in zxingcpp.read_barcodes(self.picture)]

    @property
    def line(self) -> str:
        """The text without spaces and line ends, which typesetting moves."""
        return "".join(self.text.split())


def look_at(pdf: bytes) -> list[Page]:
    """The pages of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in document:
        text = page.get_textpage().get_text_range()
        pages.append(Page(text, page.render(scale=150 / 72).to_pil()))
    document.close()
    return pages
