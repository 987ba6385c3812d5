"""The pages of a PDF as pictures. Nothing in it is run: no form is set up, and the reader has no script engine."""

import io
import math
from collections.abc import Iterator

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from pypdfium2 import raw

from bot.domain.attachments import MAX_PAGES
from bot.workshop.unfit import Broken, Unfit

POINTS_PER_INCH = 72
DOTS_PER_INCH = 150
PAGE_PIXELS = 4 * 2**20
"""A4 at 150 dots an inch has half of this; a larger page is drawn with fewer. As a PNG it always fits the venue."""

LONGEST_SIDE = 8000
PACKING = 3


def drawn(content: bytes) -> Iterator[bytes]:
    """Each page as a PNG, in order.

    Raises:
        Unfit: `file_locked`, `file_pages`, `file_broken`.
    """
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        if pages > MAX_PAGES:
            raise Unfit("file_pages", pages=str(pages), limit=str(MAX_PAGES))
        if not pages:
            raise Broken("PDF", "no pages")
        for number in range(pages):
            yield _page(document[number])
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Unfit("file_locked") from error
        raise Broken("PDF", "cannot be read") from error


def _page(page: pypdfium2.PdfPage) -> bytes:
    bitmap = page.render(scale=_scale(*page.get_size()), rev_byteorder=True)
    image = bitmap.to_pil().convert("RGB")
    page.close()
    made = io.BytesIO()
    image.save(made, "PNG", compress_level=PACKING)
    return made.getvalue()


def _scale(width: float, height: float) -> float:
    """Pixels per point. `width` and `height` in points."""
    if not (0.5 <= width < 1e6 and 0.5 <= height < 1e6):
        raise Broken("PDF", "a page without size")
    by_area = math.sqrt(PAGE_PIXELS / (width * height))
    scale = min(DOTS_PER_INCH / POINTS_PER_INCH, by_area, LONGEST_SIDE / max(width, height))
    if min(width, height) * scale < 1:
        raise Broken("PDF", "a page that is a line")
    return scale
