"""Telegram's HTML, read strictly: only known tags, properly nested, nothing unescaped."""

import re

TAGS = {"b": (), "code": (), "a": ("href",), "tg-time": ("unix",), "blockquote": ()}
TOKEN = re.compile(
    r"<(/?)([a-z-]+)((?: [a-z]+=\"[^\"<>]*\")*| expandable)>|&(?:lt|gt|amp|quot|#x27);|[^<>&]", re.DOTALL
)
ATTRIBUTE = re.compile(r" ([a-z]+)=\"")


def problem(text: str) -> str:
    """What Telegram would refuse about a text; empty when it is fine."""
    at = 0
    stack: list[str] = []
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            return f"unescaped {text[at : at + 20]!r}"
        at = token.end()
        if token[2] is None:
            continue
        if token[2] not in TAGS:
            return f"unknown tag {token[2]}"
        if token[1]:
            if not stack or stack.pop() != token[2]:
                return f"tag {token[2]} closed in the wrong place"
        else:
            if tuple(ATTRIBUTE.findall(token[3] or "")) != TAGS[token[2]]:
                return f"wrong attributes of {token[2]}"
            stack.append(token[2])
    return f"unclosed {stack}" if stack else ""
