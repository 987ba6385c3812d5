"""The sentences of refusals, as tables: reasons of the desk, labels and codes of the venue (contract section 1.5)."""

from bot.texts import mark
from bot.views.ad_form_words import FORM_REASONS
from bot.views.ad_refusals import AD_REASONS, AD_USAGE
from bot.views.alerts import ALERT_REASONS, ALERT_USAGE
from bot.views.bank_refusals import PAYER_REASONS
from bot.views.banks import BANK_REASONS
from bot.views.day_refusals import DAY_REASONS, DAY_USAGE
from bot.views.deposit_refusals import DEPOSIT_REASONS, DEPOSIT_USAGE
from bot.views.duty_words import DUTY_REASONS, DUTY_USAGE
from bot.views.otc_refusals import OTC_REASONS
from bot.views.rule_words import RULE_REASONS, RULE_USAGE
from bot.views.second_words import SECOND_REASONS
from bot.views.shop_words import SHOP_REASONS, SHOP_USAGE
from bot.views.step_up_words import STEP_UP_REASONS, STEP_UP_USAGE

REASONS = {
    "role_too_low": mark("Your role ({role}) may not do this; it takes {needed} or higher. Ask a lead."),
    "owners_only": mark("Your role ({role}) may not do this, only an owner may. Ask an owner."),
    "person_frozen": mark("You are frozen: you can read nothing and do nothing here. Ask an owner."),
    "desk_frozen": mark("The desk is frozen: no money moves. An owner unfreezes it with /unfreeze."),
    **STEP_UP_REASONS,
    "over_limit": mark("{amount} is over your limit of {limit} per action. Ask a lead."),
    "over_daily_limit": mark("{amount} more is over your limit of {limit} per day, {used} is used. Ask a lead."),
    "bad_amount": mark("“{given}” is no amount. Write it like 1000 or 1,000.50."),
    "unknown_role": mark("“{given}” is no role. There are viewer, agent, operator, lead and owner."),
    "unknown_person": mark("Nobody of the staff has the id “{given}”. /staff lists them."),
    "unknown_action": mark("“{given}” is no action. There are release, mark_paid, cancel and convert."),
    "not_your_step": mark("{who} opened this step, so only they may confirm it. Open your own from the card."),
    "not_your_step_by_nobody": mark("Somebody else opened this step. Open your own from the card."),
    "seal_expired": mark("This step is too old, nothing was done. Open it again from the card."),
    "seal_used": mark("{who} has already pressed this. Look at the card; nothing was sent twice."),
    "seal_used_by_you": mark("You have already pressed this. Look at the card; nothing was sent twice."),
    "seal_used_by_nobody": mark("This step is closed, nothing was sent. Open it again from the card."),
    "too_quick": mark("That was very quick, nothing was done. Read it, then press again."),
    "order_changed": mark("The order changed meanwhile, nothing was done. Look at the fresh card."),
    "order_unknown": mark("No order “{given}” is known. Try /order 0417 or the full id."),
    "bad_order_id": mark("“{given}” is no order number of Gate. Nothing was sent."),
    "bad_ad_id": mark("“{given}” is no ad number of Gate. Nothing was sent."),
    "wrong_side": mark("Order {order} is on the other side: this does not fit it. Open its card."),
    "not_paid": mark("The buyer has not marked order {order} as paid, so nothing can be released."),
    "not_unpaid": mark("Order {order} is not waiting for our payment any more. Look at its card."),
    "pay_too_late": mark(
        "The time to pay order {order} is over: do not pay. Who has paid already may still mark it on its card."
    ),
    "not_cancelable": mark("Gate does not let us cancel order {order} now."),
    "not_locked": mark("Order {order} is not locked any more."),
    "in_appeal": mark("Order {order} is in an appeal and Gate decides. Answer in the Gate app."),
    "locked_for_lead": mark("Order {order} was stopped because of the payer. Only a lead can unlock it."),
    "already_open": mark("Already under way: {who}, {action}, order {order}. Wait for its result."),
    "already_open_by_nobody": mark("An action on order {order} is already under way. Wait for its result."),
    "already_done": mark("{who} has already done this for order {order}. It is done only once."),
    "already_done_by_nobody": mark("This was already done for order {order}. It is done only once."),
    "already_final": mark("Order {order} is over. Nothing can be done on it any more."),
    "hides_payment": mark(
        "Gate still hides the account of order {order}. Do not pay, not even to one from the chat. Look again later."
    ),
    "method_unknown": mark("Order {order} does not take the method “{method}”. Choose one of its buttons."),
    "holder_differs": mark("The account of order {order} is not the verified person's. Leads only: ask one."),
    "reason_unknown": mark("Gate knows no such reason to cancel. Choose one of the buttons."),
    "words_needed": mark("This reason needs words: reply to the question with them."),
    "stale_button": mark("This button is old, nothing was done. /orders shows what is open."),
    "no_right_here": mark("This does not work here. Write to me in a direct message."),
    "clock_skew": mark("Our clock and Gate's differ, so Gate refuses us. Set the server's clock."),
    "clock_skew_by": mark(
        "Our clock is {seconds} s off, {most} s is the most: nothing was sent. Set the server's clock, e.g. by NTP."
    ),
    "invite_ended": mark("This invite is used or over. Ask an owner for a new one."),
    "owner_from_settings": mark("Owners stand in the settings (DESK_OWNERS) and are changed only there."),
    "venue_off": mark("{venue} is not set up on this desk. The technician enters its key."),
    "database": mark("The database cannot be written, so nothing was sent. Tell the technician at once."),
    "starting": mark(
        "Just started, open orders still to be looked at: {count}. Nothing was sent. Wait a moment, then tap again."
    ),
    "starting_list": mark(
        "Just started, Gate's list is still being read. Nothing was sent. Wait a moment, then tap again."
    ),
    "halted": mark("The desk has stopped: its database cannot be written. Nothing is sent. Tell the technician."),
    "group_only": mark("This works only in the desk group."),
    "direct_only": mark("This works only in a direct message to me."),
    "nothing_to_say": mark("There is no text to send. Write it after the number: /say 0417 text"),
    "not_to_buyer": mark("This stays inside. To write to the buyer, reply to their words, or tap Write to buyer."),
    "reply_too_old": mark("The message you replied to is too old to know its order. Write /say 0417 and the text."),
    "say_which_order": mark("Say for which order: /say 0417 text. Nothing was sent."),
    "chat_closed": mark("The chat of order {order} is closed. Nothing was sent."),
    "wrong_topic": mark("This is the chat of another order. Write to {order} in its own topic, or to me directly."),
    "text_empty": mark("There is no readable text in it. Nothing was sent."),
    "album_elsewhere": mark("An album goes to one buyer. Other pieces are for {order}, this one was not sent."),
    "message_kind": mark("{given} cannot go to Gate: send text, photo, document or video."),
    "saying_gone": mark("This is settled already. Nothing more was sent."),
    "asked_anew": mark("Something changed since, or this tap came late. Nothing was sent: read the new question."),
    "not_your_saying": mark("Only who wrote it decides about it."),
    "gate_says": mark("Gate said no: “{detail}”. Nothing was sent."),
    "upload_refused": mark("Gate did not take the file: “{detail}”. Nothing was sent."),
    "upload_no_answer": mark("Gate did not take the file in several tries. Nothing was sent; send it again later."),
    "never_to_buyer": mark("Our payment link never goes into Gate's chat. Nothing was sent."),
    "text_too_long": mark("The text has {given} characters, Gate takes {limit}. Nothing was sent."),
    "bad_file_type": mark("Gate takes no “{given}”. Allowed: JPEG, PNG, HEIC, WebP, PDF, MP4."),
    "bad_file_size": mark("The file is too big for Gate. Make it smaller."),
    "file_too_big": mark("Telegram gives bots files up to 20 MB only: send it as a photo, or make it smaller."),
    "file_not_from_phone": mark("The file did not arrive from Telegram. Nothing was sent; send it again."),
    "file_kind": mark("“{given}” cannot go. Allowed: JPEG, PNG, HEIC, WebP, PDF, MP4."),
    "file_empty": mark("The file is empty."),
    "file_broken": mark("The file is damaged and cannot be read ({given})."),
    "file_pixels": mark("The picture has {megapixels} megapixels, {most} is the most. Make it smaller."),
    "file_pages": mark("The PDF has {pages} pages, {most} is the most. Send the ones that matter."),
    "file_size": mark("The file has {megabytes} MB, {most} is the most. Make it smaller."),
    "file_locked": mark("The PDF is locked with a password. Send it without, or a screenshot."),
    "file_slow": mark("Reading the file took too long. Send it as a photo."),
    "file_animated": mark("Moving pictures cannot go. Send a still picture or an MP4."),
    "template_unknown": mark("This quick reply is gone. /templates lists them."),
    "template_changed": mark("This quick reply reads differently by now, nothing was sent. Read it, then tap Send."),
    "template_placeholder": mark("There is no {given} to fill in. /templates lists what there is."),
    "template_contact": mark("It holds “{given}”. Gate may punish contact data, so it is not saved."),
    "template_label": mark("The label must have 1 to 16 columns: /templates add en Label | text"),
    "template_language": mark("“{given}” is no language here. Write en or zh: /templates add en Label | text"),
    "template_text": mark("The text must have 1 to 500 characters: /templates add en Label | text"),
    "templates_full": mark("There are too many quick replies. Remove one: /templates remove 3"),
    "host_gone": mark("This file needs no permission any more."),
    "defect": mark("The desk made a mistake and did nothing more. Look at the order, tell the technician."),
    "refused": mark("Not possible now ({reason}). Nothing was done."),
}

CONVERT_REASONS = {
    "unknown_currency": mark("“{given}” is no currency that Gate converts. Write it like /convert 100 USDT BTC"),
    "equal_currencies": mark("Both sides are {code}. Name two currencies: /convert 100 USDT BTC"),
    "pair_not_offered": mark(
        "Gate does not convert {sell} to {buy} now. Tap /convert for its list, or write /convert 100 USDT BTC"
    ),
    "amount_not_positive": mark(
        "{amount} {code} is not above 0. Write it like /convert 100 USDT BTC or /otc 1000 USDT"
    ),
    "amount_refused": mark(
        "Gate does not quote {amount}. It takes {sell_min} to {sell_max} {sell}, gives {buy_min} to {buy_max} {buy},"
        " like /convert 100 USDT BTC"
    ),
    "amount_too_precise": mark("{amount} {code} has too many decimals. {most} is the most, like 0.00101234"),
    "amount_too_large": mark(
        "{amount} {code} is too large to be meant. Write it like /convert 100 USDT BTC or /otc 1000 USDT"
    ),
    "below_minimum": mark("{amount} {code} is too little for {pair}. Take {limit} {code} or more."),
    "above_maximum": mark("{amount} {code} is too much for {pair}. Take {limit} {code} or less."),
    "two_amounts": mark(
        "“{given}” names two amounts, but Gate finds the other one itself. Name one: /convert 100 USDT BTC"
    ),
    "account_not_listed": mark(
        "“{given}” is no account in this desk's settings. Nothing was sent. Begin anew: /convert 100 USDT BTC"
    ),
    "quote_ended": mark("This quote has ended, nothing was converted. Tap New quote, or write /convert 100 USDT BTC"),
    "quote_changed": mark(
        "What this quote rests on changed, nothing was converted. Tap New quote, or write /convert 100 USDT BTC"
    ),
    "quote_used": mark("{who} has already pressed this. It was sent once; /converts shows what became of it."),
    "quote_used_by_you": mark("You have already pressed this. It was sent once; /converts shows what became of it."),
    "quote_used_by_nobody": mark("This was already pressed. It was sent once; /converts shows what became of it."),
    "not_your_quote": mark("{who} took this quote, so only they may use it. Take your own: /convert 100 USDT BTC"),
    "not_your_quote_by_nobody": mark(
        "Somebody else took this quote, so only they may use it. Take your own: /convert 100 USDT BTC"
    ),
    "other_quote": mark(
        "Gate's quote names {offered} instead of {wanted}, so it is not shown. Nothing was converted. "
        "Try again: /convert 100 USDT BTC"
    ),
    "limit_needs_usdt": mark(
        "Limits count USDT, and {pair} has none. Ask a lead, or take a pair with USDT: /convert 100 USDT BTC"
    ),
    "asked_again_already": mark(
        "Gate was asked again already, and once is all. Look into Gate Pay; a lead settles it on the card."
    ),
    "order_named": mark(
        "Gate named an order for it, so nothing is sent again. The desk looks at that order; a lead settles it on the "
        "card."
    ),
    "again_too_early": mark("The request may still arrive at Gate. Nothing was sent. Tap again after {at}"),
    "not_unknown": mark("This conversion has its answer by now. Look at it: /converts"),
    "convert_off": mark("Convert is not set up on this desk. The technician enters Gate Pay's id and secret."),
}

REASONS |= PAYER_REASONS
REASONS |= SECOND_REASONS
REASONS |= DAY_REASONS
REASONS |= DUTY_REASONS
REASONS |= CONVERT_REASONS | OTC_REASONS | BANK_REASONS | DEPOSIT_REASONS | SHOP_REASONS | AD_REASONS | RULE_REASONS
REASONS |= RULE_REASONS | FORM_REASONS | ALERT_REASONS
# What a file that cannot go is, by the last word of its English name
FILE_KINDS = {
    "archive": mark("{name} archive"),
    "document": mark("{name} document"),
    "program": mark("{name} program"),
    "picture": mark("{name} picture"),
    "video": mark("{name} video"),
    "audio": mark("{name} audio"),
    "page": mark("{name} page"),
}
UNKNOWN_FILE = mark("a file of unknown kind")

# What the fact `given` of "message_kind" may be, by Telegram's name of it
MESSAGE_KINDS = {
    "sticker": mark("A sticker"),
    "voice": mark("A voice message"),
    "audio": mark("A sound file"),
    "location": mark("A location"),
    "venue": mark("A location"),
    "contact": mark("A contact"),
    "poll": mark("A poll"),
    "dice": mark("A dice"),
    "animation": mark("A GIF"),
    "video_note": mark("A round video"),
    "story": mark("A story"),
    "game": mark("A game"),
    "paid_media": mark("Paid media"),
    "checklist": mark("A checklist"),
    "gift": mark("A gift"),
}
MESSAGE_KIND = mark("This kind of message")

USAGE = {
    "order": mark("Write the last four digits or the full id: /order 0417"),
    "orders": mark("Write just /orders"),
    **DUTY_USAGE,
    "language": mark("Write /language en or /language zh"),
    "timezone": mark("Write the zone's name: /timezone Asia/Shanghai"),
    "journal": mark("Write /journal, or /journal 2 for the second page"),
    **STEP_UP_USAGE,
    "unfreeze": mark("Write just /unfreeze"),
    "staff": mark(
        "Write /staff, /staff invite operator, /staff role ID lead, /staff remove ID, /staff freeze ID, "
        "/staff unfreeze ID or /staff limit operator release 1000 5000"
    ),
    "invite": mark("Write the role: /staff invite operator"),
    "role": mark("Write id and role: /staff role 7251000123 lead"),
    "remove": mark("Write the id: /staff remove 7251000123"),
    "limit": mark("Write role, action, per action, per day: /staff limit operator release 1000 5000"),
    "say": mark("Write the number and the text: /say 0417 Hello. In an order's topic: /say Hello"),
    "chat": mark("Write the last four digits or the full id: /chat 0417"),
    "convert": mark("Write what you give and what you want: /convert 100 USDT BTC, or just /convert for buttons"),
    "converts": mark("Write just /converts"),
    "otc": mark(
        "Write /otc 1000 USDT to sell exactly that, /otc 5000 USD for that in the bank (a promotion code may follow), "
        "/otc list, or /otc 4263 for one of them"
    ),
    "banks": mark("Write /banks, /banks add, /banks Chase or /banks iban=4410 (also holder=, bank=, swift=)"),
    **DEPOSIT_USAGE,
    **DAY_USAGE,
    **SHOP_USAGE,
    **AD_USAGE,
    **RULE_USAGE,
    **ALERT_USAGE,
    "market": mark("Write /market for the desk's own pair, or a coin and a currency: /market USDT CNY"),
    "templates": mark("Write /templates, /templates add en Label | text or /templates remove 3"),
    "help": mark("I did not understand that. /help shows what you can write."),
}

VENUE_OUTCOMES = {
    "refused": mark("{venue} said no: “{words}” (code {code}). Nothing happened."),
    "throttled": mark("{venue} gets too many requests from us. Nothing happened; try again in {seconds} s."),
    "unreachable": mark("{venue} cannot be reached. Nothing was sent, nothing happened; try again."),
    "timeout": mark("{venue} did not answer in time. It may be done or not: do not repeat it, the desk looks."),
    "dropped": mark("The line to {venue} broke. It may be done or not: do not repeat it, the desk looks."),
    "server_error": mark("{venue} has trouble (HTTP {status}). It may be done or not: the desk looks."),
    "unreadable": mark("{venue} answered something unreadable. It may be done or not: the desk looks."),
    "redirected": mark("{venue} pointed elsewhere, which is not followed. It may be done or not: the desk looks."),
    "unclear": mark("{venue}: “{words}”. Look at the order before you try again."),
}

GATEWAY = {
    "INVALID_CREDENTIALS": mark("Gate refuses our key. The technician must check key and secret. Nothing happened."),
    "INVALID_KEY": mark("Gate does not know our key. The technician must enter a new one. Nothing happened."),
    "IP_FORBIDDEN": mark("Gate refuses our address. Add the server's IP to the key's list. Nothing happened."),
    "READ_ONLY": mark("Our key may only read. It needs C2C read and write at Gate. Nothing happened."),
    "INVALID_SIGNATURE": mark("Gate refuses our signature. The technician must check the secret. Nothing happened."),
    "MISSING_REQUIRED_HEADER": mark("Gate misses a part of our request. Tell the technician. Nothing happened."),
    "REQUEST_EXPIRED": mark("Our clock differs from Gate's. Set the server's clock. Nothing happened."),
    "ACCOUNT_LOCKED": mark("Gate locked the account. Ask Gate's support. Nothing happened."),
    "FORBIDDEN": mark("Our key may not do this. It needs the C2C permission at Gate. Nothing happened."),
    "INVALID_PARAM_VALUE": mark("Gate did not take a value: “{words}”. Nothing happened."),
    "INVALID_PROTOCOL": mark("Gate did not take a value: “{words}”. Nothing happened."),
    "INVALID_ARGUMENT": mark("Gate did not take a value: “{words}”. Nothing happened."),
    "INVALID_REQUEST_BODY": mark("Gate could not read our request. Tell the technician. Nothing happened."),
    "MISSING_REQUIRED_PARAM": mark("Gate misses a value: “{words}”. Nothing happened."),
    "BAD_REQUEST": mark("Gate did not take the request: “{words}”. Nothing happened."),
    "INVALID_CONTENT_TYPE": mark("Gate could not read our request. Tell the technician. Nothing happened."),
    "NOT_ACCEPTABLE": mark("Gate could not read our request. Tell the technician. Nothing happened."),
    "METHOD_NOT_ALLOWED": mark("Gate does not know this call. Tell the technician. Nothing happened."),
    "NOT_FOUND": mark("Gate does not know this call. Tell the technician. Nothing happened."),
    "TOO_MANY_REQUESTS": mark("Gate gets too many requests from us. Nothing happened; try again shortly."),
    "INTERNAL": mark("Gate has trouble. It may be done or not: the desk looks."),
    "SERVER_ERROR": mark("Gate has trouble. It may be done or not: the desk looks."),
    "INTERNAL_SERVER_ERROR": mark("Gate has trouble. It may be done or not: the desk looks."),
    "TOO_BUSY": mark("Gate is too busy. It may be done or not: the desk looks."),
}

VENUE_CODES = {
    "70305102": mark("Gate's filter found contact data in the text. Take it out and try again."),
    "NO_ACCESS": mark("Gate does not let this account use the merchant interface. Ask Gate's support."),
}
