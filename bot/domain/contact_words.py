"""The patterns of contacts outside the platform. They read folded text: lower case, plain digits, ASCII punctuation."""

import re

GAP = r"[\s.·*\-_|/+]{0,3}"
BREAK = r"[\s\-_.·*~/(),]{1,3}"
NAME = r"[a-z0-9._%+-]{1,64}+"
LABEL = r"[a-z0-9\u4e00-\u9fff-]{1,63}+"
LABELS = rf"(?:{LABEL}[.。]){{1,6}}"
ENDINGS = (
    "com|net|org|info|biz|io|co|cc|cn|hk|tw|uk|ru|vn|ph|jp|kr|sg|eu|xyz|top|vip|shop|app|site|online|club|link|live|"
    "tv|ai|gg|im|mobi|asia|pw|ws|icu|bid|store|tech|wang|ltd|chat|money|finance|exchange|page|dev|space|website"
)
WORDY_ENDINGS = "me|in|to|us|so|it|is|at|be|no|am|my|do|as|id|pro|fun|win|work|group|team|one|red|ly"
"""endings that are words too: after a full stop without a space they are a sentence, with a path they are a link"""
SPELLED_DOT = r"(?:\s+\.\s*|\s*[\[({<]\s*(?:\.|dot|点)\s*[\])}>]\s*|\s+(?:dot|点)\s+|点)"
CURRENCY = r"(?:cny|rmb|usdt?|usdc|u|eur|gbp|hkd|twd|jpy|krw|vnd|idr|php|thb|inr|ngn|rub|try|btc|eth|元|块|圆|刀)"


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


MAILS = _all(
    rf"{NAME}@(?:[a-z0-9-]{{1,63}}+\.){{1,6}}[a-z]{{2,}}",
    rf"{NAME}\s?@\s?[a-z0-9-]{{1,63}}\s?\.\s?(?:{ENDINGS})(?![a-z0-9])",
    rf"{NAME}(?:\s*[\[({{<]\s*at\s*[\])}}>]\s*|\s+at\s+)[a-z0-9-]{{1,63}}(?:{SPELLED_DOT}|\.)(?:{ENDINGS})(?![a-z0-9])",
)

LINKS = _all(
    r"(?:https?|hxxps?|ftp|tg|weixin|alipays?|intent)\s?:\s?/\s?/\s?\S*",
    r"(?<![a-z0-9])www\s?[.。]\s?[a-z0-9]\S*",
    r"(?<![a-z0-9'’])(?:t|wa|line|telegram)(?:\.me(?![a-z0-9])|\s?\.\s?me\s?/)\S*",
    rf"(?<![a-z0-9@._-]){LABELS}(?:{ENDINGS})(?![a-z0-9-])(?:[:/]\S*)?",
    rf"(?<![a-z0-9@._-]){LABELS}(?:{WORDY_ENDINGS})/\w\S*",
    rf"[a-z0-9-]{{2,63}}+{SPELLED_DOT}(?:{ENDINGS})(?![a-z0-9-])",
    r"[a-z0-9-]{2,63}+\.\s(?:com|xyz)(?![a-z0-9-])",
)

HANDLES = _all(r"(?<![a-z0-9_.])@[a-z_][a-z0-9_]{2,}")

MESSENGERS = _all(
    rf"(?<!稍)[微薇徽葳威维維]{GAP}[信訊](?!支付|转账|轉賬|转帐|付款|收款|钱包|零钱|到账|红包|任|息)",
    rf"we{GAP}chat(?!\s*(?:pay|transfer))",
    r"wei\s?xin(?!\s*(?:pay|zhifu))",
    r"(?<![a-z0-9])[vw]\s?x(?![a-z])|(?<![a-z])v\s?信",
    r"加\s*(?:个|下|一下|我)?\s*[微薇vw](?![a-z])|(?<![a-z0-9])\+\s?v(?![a-z])",
    r"t[\s.*_-]?e[\s.*_-]?l[\s.*_-]?e[\s.*_-]?g[\s.*_-]?r[\s.*_-]?a[\s.*_-]?m",
    r"(?<![a-z])tg(?![a-z])",
    r"电[\s.*_-]?报|電報|纸飞机|(?<![坐上下乘搭在订買买])[飞飛][机機](?![票场場上杯])",
    r"what'?s\s?app(?![a-z])",
    r"\bline\s*(?:id|号)|加\s*line\b|\bmy line\b|\b(?:on|via|by|to) line\b|\bline\s*:\s*[a-z0-9]",
    r"(?<![a-z])q\s?q(?![a-z])(?!\s*(?:钱包|支付|pay))|扣扣|企鹅号",
    r"skype|viber|kakao|zalo|discord|imessage|facetime|messenger|instagram|facebook|snapchat|钉钉|陌陌|脸书|推特",
    r"\b(?:on|my|via) signal\b|\bsignal (?:id|number|app)\b|\b(?:another|other) app\b|(?:别的|其他|另一个)(?:软件|app)",
    r"(?<![增更参添附叠])加\s?我(?![的们方国])|加(?:一下|下)我|加\s*(?:个|一下|下)?\s*(?:好友|联系方式)",
    r"\badd me\b|\bdm me\b|私聊我|私信我",
)

PHONES = _all(
    rf"(?<!\d)(?:(?:\+|00)?\s?86{BREAK}?)?1[3-9]\d{BREAK}\d{{4}}{BREAK}\d{{4}}(?!\d)",
    r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[ -]{0,2}[3-9](?:[ -]{0,2}\d){9}(?!\d)",
    rf"(?<!\d)1{BREAK}[3-9](?:{BREAK}\d){{9}}(?!\d)",
    r"\+\s?[1-9](?:[\s\-.()]{0,3}\d){7,14}(?!\d)",
    r"(?<!\d)00[1-9]\d{0,2}[ -]{1,2}\d[\d -]{6,12}\d(?!\d)",
    r"\(\d{3}\)\s?\d{3}[ -]?\d{4}(?!\d)|(?<!\d)[2-9]\d{2}[ .-]{1,2}\d{3}[.-]\d{4}(?!\d)",
    r"(?<!\d)\(?0\d{2,3}\)?[ -]{1,2}\d{7,8}(?!\d)|(?<!\d)[48]00-\d{3,4}-\d{3,4}(?!\d)",
    r"(?<![\d.])\d(?:-?\d){9,}(?!\d)",
    r"(?<!\d)\d{4}(?:[ -]\d{4}){2}[ -]\d{1,4}(?:[ -]\d{1,4})?(?!\d)",
    r"(?:\btel|phone|mobile|\bcell\b|\bcall\b|电话|手机|致电|拨打)[^\d\n]{0,8}\d(?:[ -]?\d){6,}",
)

WITHOUT_MEANING = _all(
    r"(?<!\d)20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]20\d\d(?!\d)",
    r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)",
    r"(?<!\d)\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)",
    r"(?<![\d.])(?:\d+\.\d{1,2}|0\.\d{1,18})(?!\.?\d)",
    rf"(?<![\d.\-])\d+(?:\.\d+)?\s?{CURRENCY}(?![a-z])",
    r"[¥$€£]\s?\d+(?:\.\d+)?",
)
