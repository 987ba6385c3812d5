"""The page behind the paper card: one button. Plain HTML in both languages, no script, nothing from elsewhere."""

import html

from bot.texts import mark, texts_for

STYLE = (
    "body{font:18px/1.5 sans-serif;margin:0;background:#f4f4f4;color:#111}"
    "main{max-width:30em;margin:0 auto;padding:1.5em}"
    "button{font:inherit;font-weight:bold;width:100%;padding:1em;border:0;border-radius:.5em;background:#b00020;color:#fff}"
    "h1{font-size:1.3em}"
)
LANGUAGES = ("en", "zh")
TAGS = {"en": "en", "zh": "zh-CN"}

ASK = (
    mark("Stop the desk's money?"),
    mark("One tap freezes it: nothing is released, paid or converted until an owner unfreezes it in Telegram."),
    mark("This page can do nothing else."),
)
BUTTON = mark("Freeze the desk's money")
DONE = (
    mark("Frozen: no money moves"),
    mark("The owners and the desk's group are told. An owner unfreezes it in Telegram with /unfreeze."),
)
ALREADY = (mark("Frozen already: no money moves"), mark("An owner unfreezes it in Telegram with /unfreeze."))
FAILED = (
    mark("NOT frozen"),
    mark("The desk could not write it down. Try again, and ring the technician."),
)


def ask_page(language: str) -> str:
    """With the button; `language` comes first."""
    return _page(language, ASK, has_button=True)


def done_page(language: str) -> str:
    return _page(language, DONE)


def already_page(language: str) -> str:
    return _page(language, ALREADY)


def failed_page(language: str) -> str:
    """Nothing was frozen; the button may be pressed again."""
    return _page(language, FAILED, has_button=True)


def _page(language: str, lines: tuple[str, ...], *, has_button: bool = False) -> str:
    ordered = sorted(LANGUAGES, key=lambda one: one != language)
    parts = "".join(_part(one, lines) for one in ordered)
    label = " · ".join(html.escape(texts_for(one)(BUTTON)) for one in ordered)
    form = f'<form method="post"><button type="submit">{label}</button></form>' if has_button else ""
    return (
        f'<!doctype html><html lang="{TAGS[ordered[0]]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>C2C Desk</title><style>{STYLE}</style></head><body><main>{parts}{form}</main></body></html>"
    )


def _part(language: str, lines: tuple[str, ...]) -> str:
    words = texts_for(language)
    first, *rest = (html.escape(words(line)) for line in lines)
    return f'<section lang="{TAGS[language]}"><h1>{first}</h1>{"".join(f"<p>{line}</p>" for line in rest)}</section>'
