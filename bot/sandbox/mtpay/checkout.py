"""The page behind a payment link, as a payer sees it: how much, until when, and two buttons. No outside parts."""

from datetime import UTC, datetime
from html import escape

from bot.sandbox.mtpay.book import CANCELLED, ENDED, FAILED, FINISHED, IN_PROGRESS, MATCHED, OPEN, Order
from bot.sandbox.mtpay.shapes import amount_words, short

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'",
}
LANGUAGES = ("en", "zh-CN", "zh-TW")
METHOD_BITS = (1, 2, 4)
LOOK_SECONDS = 5
_WORDS: dict[str, tuple[str, str, str]] = {
    "title": ("Buy coins", "购买数字货币", "購買數位貨幣"),
    "pay": ("You pay", "您需支付", "您需支付"),
    "get": ("For", "购买数量", "購買數量"),
    "rate": ("Rate", "汇率", "匯率"),
    "name": ("Payer", "付款人", "付款人"),
    "ends": ("Link ends in", "链接剩余时间", "連結剩餘時間"),
    "paid": ("I have paid", "我已付款", "我已付款"),
    "cancel": ("Cancel", "取消", "取消"),
    "method_1": ("Bank card", "银行卡", "銀行卡"),
    "method_2": ("WeChat Pay", "微信支付", "微信支付"),
    "method_4": ("Alipay", "支付宝", "支付寶"),
    "unmatched": ("Looking for a seller…", "正在匹配卖家…", "正在配對賣家…"),
    "later": ("known after matching", "匹配后确定", "配對後確定"),
    "nothing": ("No such payment link.", "没有这个付款链接。", "沒有這個付款連結。"),
    "unavailable": ("Nobody can take this payment now.", "当前无法受理此付款。", "目前無法受理此付款。"),
    "sandbox": ("Sandbox: no money moves.", "沙盒：不会发生真实付款。", "沙盒：不會發生真實付款。"),
    OPEN: ("Looking for a seller…", "正在匹配卖家…", "正在配對賣家…"),
    MATCHED: ("Waiting for your payment", "等待付款", "等待付款"),
    IN_PROGRESS: (
        "You said you have paid; it is being checked.",
        "您已确认付款，正在核对。",
        "您已確認付款，正在核對。",
    ),
    FINISHED: ("Payment received. Thank you.", "已收到付款，谢谢。", "已收到付款，謝謝。"),
    FAILED: ("The payment was not received.", "未收到付款。", "未收到付款。"),
    CANCELLED: ("The payment was cancelled.", "付款已取消。", "付款已取消。"),
    ENDED: ("This link has ended.", "此链接已失效。", "此連結已失效。"),
}
_STYLE = """
:root{color-scheme:light dark;--ink:#16202b;--soft:#5b6877;--ground:#eef1f4;--card:#fff;--line:#dfe4ea;--main:#1d4ed8}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9dabba;--ground:#10161c;--card:#19222b;--line:#2b3642;
--main:#7aa5ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:start center;padding:24px 16px;background:var(--ground);
color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",sans-serif}
main{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:20px}
h1{margin:0;font-size:16px;font-weight:600;color:var(--soft)}
nav{float:right;font-size:14px}nav a{color:var(--soft);margin-left:8px}nav [aria-current]{color:var(--ink)}
.much{margin:12px 0 4px;font-size:34px;font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.state{margin:0 0 14px;color:var(--main);font-weight:600}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:0;padding:14px 0;border-top:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
fieldset{border:0;margin:0;padding:0 0 14px}label{display:block;padding:9px 0}
button{width:100%;min-height:48px;border-radius:12px;border:1px solid var(--line);background:none;color:inherit;
font:inherit;cursor:pointer;margin-top:8px}
.first{background:var(--main);border-color:var(--main);color:var(--card);font-weight:600}
button:disabled{opacity:.45;cursor:default}
footer{margin-top:16px;font-size:13px;color:var(--soft)}
"""
_CLOCK = """
const clock=document.getElementById("left");
if(clock){const end=Date.now()+Number(clock.dataset.ms);setInterval(()=>{
const left=Math.max(0,Math.round((end-Date.now())/1000)),two=(n)=>String(n).padStart(2,"0");
clock.textContent=`${Math.floor(left/3600)}:${two(Math.floor(left/60)%60)}:${two(left%60)}`;
if(!left)location.reload();},1000);}
"""


def page(order: Order, language: str, now: float) -> str:
    """`language` as the address has it; `now` in Unix seconds."""
    column = _column(language)
    state = order.status if order.is_available else "unavailable"
    is_live = order.is_available and order.status in (OPEN, MATCHED)
    due = order.due
    much = _say("later", column) if due is None else amount_words(due, order.fiat)
    parts = [
        f'<p class="much" data-testid="due">{escape(much)}</p>',
        f'<p class="state" data-testid="state" role="status">{_say(state, column)}</p>',
        _facts(order, column, now, is_live=is_live),
        _hands(order, column, language) if is_live else "",
    ]
    looks = is_live or order.status == IN_PROGRESS
    return _document("".join(parts), language, order.code, LOOK_SECONDS if looks and order.status != MATCHED else 0)


def nothing(language: str) -> str:
    return _document(f'<p class="state">{_say("nothing", _column(language))}</p>', language)


def _facts(order: Order, column: int, now: float, *, is_live: bool) -> str:
    transaction, later = order.transaction, _say("later", column)
    rows = [
        ("get", later if transaction is None else amount_words(transaction, "MTC")),
        ("rate", later if order.rate is None else f"{short(order.rate):f} {order.fiat}"),
        ("name", order.payer),
    ]
    facts = "".join(
        f'<dt>{_say(name, column)}</dt><dd data-testid="{name}">{escape(value)}</dd>' for name, value in rows
    )
    if is_live:
        left = max(0, int((order.ends_at - now) * 1000))
        shown = datetime.fromtimestamp(left / 1000, UTC)
        clock = f"{left // 3_600_000}:{shown:%M:%S}"
        facts += f'<dt>{_say("ends", column)}</dt><dd id="left" data-testid="left" data-ms="{left}">{clock}</dd>'
    return f"<dl>{facts}</dl>"


def _hands(order: Order, column: int, language: str) -> str:
    allowed = [bit for bit in METHOD_BITS if order.methods & bit]
    methods = "".join(
        f'<label><input type="radio" name="method" value="{bit}"{" checked" if bit == allowed[0] else ""}> '
        f"{_say(f'method_{bit}', column)}</label>"
        for bit in allowed
    )
    target = f"/api/buy-coin/{order.code}"
    disabled = "" if order.status == MATCHED else " disabled"
    return (
        f'<form method="post" action="{target}/paid?lang={_shown(language)}"><fieldset>{methods}</fieldset>'
        f'<button class="first" data-testid="paid"{disabled}>{_say("paid", column)}</button></form>'
        f'<form method="post" action="{target}/cancel?lang={_shown(language)}">'
        f'<button data-testid="cancel">{_say("cancel", column)}</button></form>'
    )


def _document(content: str, language: str, code: str = "", look_seconds: int = 0) -> str:
    column, shown = _column(language), _shown(language)
    names = {"en": "EN", "zh-CN": "简", "zh-TW": "繁"}
    links = "".join(
        f'<a href="?lang={each}"{" aria-current=page" if each == shown else ""}>{name}</a>'
        for each, name in names.items()
    )
    again = f'<meta http-equiv="refresh" content="{look_seconds}">' if look_seconds else ""
    return (
        f'<!doctype html><html lang="{shown}"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_say('title', column)}</title><style>{_STYLE}</style></head><body><main>"
        f"<nav>{links}</nav><h1>{_say('title', column)}</h1>{content}"
        f"<footer>{_say('sandbox', column)} {escape(code[:8])}</footer></main><script>{_CLOCK}</script></body></html>"
    )


def _shown(language: str) -> str:
    return LANGUAGES[_column(language)]


def _column(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else 0


def _say(key: str, column: int) -> str:
    return _WORDS[key][column]
