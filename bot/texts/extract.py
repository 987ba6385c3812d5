"""`python -m bot.texts.extract`: bring `zh_CN.po` up to the source; new sentences come in empty, old ones go out."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.texts.catalogue import PO_FILES

ROOT = Path(__file__).resolve().parents[2]
HEADER = "# Simplified Chinese for C2C Desk, in the words a P2P merchant uses. English is the source itself."
KEYWORDS = {"words": None, "mark": None}
# Only views have a pen; elsewhere `say` is somebody else's word.
SOURCES = {"bot/views": KEYWORDS | {"say": None}, "handlers": KEYWORDS}


def sentences() -> Iterator[tuple[str, int, str]]:
    """Every sentence of the source: (file, line, text)."""
    for source, keywords in SOURCES.items():
        for file, line, text, _, _ in extract_from_dir(ROOT / source, [("**.py", "python")], keywords=keywords):
            if isinstance(text, str):
                yield f"{source}/{file}", line, text


def main() -> None:
    template = Catalog(charset="utf-8")
    for file, _, text in sentences():
        template.add(text, locations=[(file, 0)])
    for path in PO_FILES.values():
        with path.open("rb") as file_in:
            catalogue = read_po(file_in, locale="zh_CN")
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = HEADER
        catalogue.project, catalogue.version, catalogue.fuzzy = "c2c-desk", "1", False
        catalogue.last_translator = catalogue.msgid_bugs_address = catalogue.language_team = ""
        with path.open("wb") as file_out:
            write_po(file_out, catalogue, omit_header=False, include_lineno=False, sort_output=True, width=100)


if __name__ == "__main__":
    main()
