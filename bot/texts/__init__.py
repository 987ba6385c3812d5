"""Every sentence people read: English stands in the source, Simplified Chinese in `zh_CN.po`."""

from bot.texts.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Words, mark, texts_for

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "Words", "mark", "texts_for"]
