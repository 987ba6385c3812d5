"""The sentences of `check`: for each area and key one for right, one for wrong, one for "cannot tell"."""

from bot.texts import mark

AREAS = {
    "settings": mark("Settings"),
    "database": mark("Database"),
    "pictures": mark("Pictures"),
    "gate": mark("Gate C2C"),
    "gate_pay": mark("Gate Pay: conversions and off-ramps"),
    "mtpay": mark("MTPay: payment links"),
    "telegram": mark("Telegram"),
    "group": mark("Desk group"),
    "owners": mark("Owners"),
    "staff": mark("Staff"),
    "assumptions": mark("Assumptions about the venues"),
}
UNLISTED = mark("{key}: {facts}")

CANNOT_TELL = mark("Could not be told: {why}")

Sentences = dict[bool | None, str]


def _three(right: str, wrong: str, unclear: str = CANNOT_TELL) -> Sentences:
    return {True: right, False: wrong, None: unclear}


SENTENCES: dict[tuple[str, str], Sentences] = {
    ("settings", "complete"): _three(mark("The settings are complete."), mark("Settings: {why}")),
    ("settings", "file_mode"): _three(
        mark("Only you can read .env."), mark("Others can read .env: run chmod 600 .env"), mark("There is no .env.")
    ),
    ("settings", "markets"): _three(
        mark("Watched markets: {markets}"), mark("No market is watched: set DESK_MARKETS, e.g. USDT/CNY")
    ),
    ("settings", "timezone"): _three(
        mark("Time zone of the desk: {zone}"), mark("The time zone {zone} is not known: set DESK_TIMEZONE")
    ),
    ("database", "opens"): _three(mark("The database opens: {path}"), mark("The database does not open: {why}")),
    ("database", "writable"): _three(
        mark("The database can be written."),
        mark("The database cannot be written: {why}. No money action will be sent."),
    ),
    ("database", "integrity"): _three(
        mark("The database is whole."), mark("The database is damaged: {why}. Restore a backup.")
    ),
    ("database", "space"): _three(
        mark("Free disk space: {free}"), mark("Only {free} of disk space is free."), mark("Free disk space: {free}")
    ),
    ("pictures", "font"): _three(
        mark("Font for Chinese words: {font}"),
        mark("No font with Chinese characters."),
        mark(
            "No font with Chinese characters: the day's picture will be in English. "
            "Debian: apt-get install fonts-noto-cjk"
        ),
    ),
    ("gate", "off"): _three(
        mark("Gate C2C is set up."),
        mark("Gate C2C is not set up: GATE_API_KEY and GATE_API_SECRET"),
        mark("Gate C2C is off: no key in the settings."),
    ),
    ("gate", "reach"): _three(mark("Gate answers in {ms} ms."), mark("Gate cannot be reached: {why}")),
    ("gate", "key"): _three(
        mark("Gate knows the key."), mark("Gate refuses the key ({code}): check key and secret at Gate.")
    ),
    ("gate", "permission"): _three(
        mark("The key may use C2C."), mark("The key lacks the C2C permission ({code}): tick it at Gate.")
    ),
    ("gate", "read_only"): _three(
        mark("The key may write."),
        mark("The key may only read: give it C2C read and write at Gate."),
        mark("Whether the key may write shows only with the first action."),
    ),
    ("gate", "ip"): _three(
        mark("Gate accepts this server's address."),
        mark("Gate refuses this server's address: add it to the key's IP list."),
        mark("Give the key an IP list at Gate: without one it works from anywhere and ends after 90 days."),
    ),
    ("gate", "clock"): _three(
        mark("Clock: {seconds} s from Gate's."),
        mark("Clock: {seconds} s from Gate's, from 60 s on Gate refuses. Set it."),
    ),
    ("gate", "merchant"): _three(
        mark("The account is a C2C merchant: {name}"), mark("The account may not use the merchant interface. Ask Gate.")
    ),
    ("gate", "market"): _three(
        mark("{market} can be read, open orders: {orders}"), mark("{market} cannot be read: {why}")
    ),
    ("gate_pay", "off"): _three(
        mark("Gate Pay is set up."),
        mark("Gate Pay is not set up: GATEPAY_CLIENT_ID and GATEPAY_SECRET"),
        mark("Gate Pay is off, no conversions and off-ramps: no client id in the settings."),
    ),
    ("gate_pay", "account"): _three(
        mark("Gate Pay account {account} answers, coins to sell: {coins}"),
        mark("Gate Pay account {account} cannot be used: {why}"),
    ),
    ("gate_pay", "banks"): _three(
        mark("Bank accounts of the OTC desk: {number}, usable: {usable}"),
        mark("The OTC desk cannot be read: {why}"),
        mark("No bank account of the OTC desk can be used: an owner adds one with /banks"),
    ),
    ("gate_pay", "callbacks"): _three(
        mark("Callbacks have an address: enter it in the merchant console."),
        mark("Callbacks have no address: set PUBLIC_URL."),
        mark("No PUBLIC_URL: orders are followed by asking only."),
    ),
    ("gate_pay", "clock"): _three(
        mark("Clock: {seconds} s from Gate Pay's."),
        mark("Clock: {seconds} s from Gate Pay's, from 8 s on nothing is sent there. Set it."),
    ),
    ("mtpay", "off"): _three(
        mark("MTPay is set up."),
        mark("MTPay is not set up: MTPAY_API_URL, MTPAY_ACCESS_KEY and MTPAY_SECRET_KEY"),
        mark("MTPay is off, no payment links: no keys in the settings."),
    ),
    ("mtpay", "address"): _three(
        mark("MTPay reports to {url}"),
        mark("MTPay has no usable address to report to: set PUBLIC_URL, at most 150 characters."),
    ),
    ("mtpay", "key"): _three(
        mark("MTPay knows the key."),
        mark("MTPay refuses the key."),
        mark("Whether MTPay knows the key shows only with the first link."),
    ),
    ("telegram", "token"): _three(
        mark("The bot is @{name}."), mark("Telegram refuses the token: get it from BotFather.")
    ),
    ("telegram", "reach"): _three(mark("Telegram answers in {ms} ms."), mark("Telegram cannot be reached: {why}")),
    ("telegram", "polling"): _three(
        mark("The desk asks Telegram for messages."),
        mark("Another program uses this bot's token: stop it."),
        mark("Telegram brings messages to {host}. The desk ends that when it starts; waiting: {waiting}."),
    ),
    ("telegram", "webhook"): _three(
        mark("Telegram brings messages to {host}; waiting: {waiting}."),
        mark("Telegram does not bring messages to {host}."),
        mark("How messages reach the desk could not be told: {why}"),
    ),
    ("telegram", "webhook_unset"): _three(
        mark("Telegram brings messages to {host}."),
        mark("Telegram does not bring messages to {host} yet."),
        mark("Telegram does not bring messages to {host} yet: it is told when the desk starts."),
    ),
    ("telegram", "webhook_elsewhere"): _three(
        mark("Telegram brings messages to {host}."),
        mark("Telegram brings messages to another address on {other}."),
        mark(
            "Telegram brings messages to another address on {other}: it is told of {host} when the desk starts."
            " If it runs, another program uses this bot's token."
        ),
    ),
    ("telegram", "delivery"): _three(
        mark("Messages arrive."),
        mark("Telegram cannot bring messages: {why} ({at})"),
        mark("Everything was brought. The last trouble Telegram tells of: {why} ({at})"),
    ),
    ("group", "none"): _three(
        mark("A desk group is set."),
        mark("No desk group is set: DESK_CHAT_ID"),
        mark("No desk group: everything goes to direct messages."),
    ),
    ("group", "found"): _three(
        mark("The group is “{title}”."), mark("The group {id} is not found: add the bot, check DESK_CHAT_ID ({why})")
    ),
    ("group", "private"): _three(
        mark("The group is private."), mark("The group is public: everybody can read the orders. Make it private.")
    ),
    ("group", "admin"): _three(mark("The bot is an admin there."), mark("The bot is no admin there: make it one.")),
    ("group", "topics"): _three(
        mark("The bot may manage topics."),
        mark("The bot may not manage topics: give it the right or set DESK_TOPICS=off"),
        mark("The group has no topics: reply threads are used."),
    ),
    ("group", "delete"): _three(
        mark("The bot may delete messages."), mark("The bot may not delete messages: give it the right.")
    ),
    ("group", "pin"): _three(
        mark("The bot may pin messages."), mark("The bot may not pin messages: give it the right.")
    ),
    ("group", "reactions"): _three(
        mark("Reactions are allowed."),
        mark("Reactions are forbidden there: short replies are used."),
        mark("Reactions are forbidden there: short replies are used."),
    ),
    ("group", "members"): _three(
        mark("The bot may remove and invite members."), mark("The bot may not remove members: give it the right.")
    ),
    ("group", "outsiders"): _three(
        mark("Members of the group: {number}, staff: {staff}"),
        mark("The group has {number} members, but only {staff} staff: look who reads along."),
    ),
    ("owners", "none"): _three(mark("Owners are set."), mark("There is no owner: set DESK_OWNERS")),
    ("owners", "count"): _three(
        mark("Owners: {number}"),
        mark("There is no owner: set DESK_OWNERS"),
        mark("Only one owner: name a second for when that phone is lost."),
    ),
    ("owners", "alone"): _three(
        mark("An owner who is forced or locked rings BELL_URL, for there is nobody else."),
        mark("Nobody is rung when the only owner is forced or locked: name a second owner or set BELL_URL."),
        mark("Nobody is rung when the only owner is forced or locked: name a second owner or set BELL_URL."),
    ),
    ("owners", "reachable"): _three(
        mark("Owner {id} can be written to."), mark("Owner {id} never pressed Start: the bot cannot write to them.")
    ),
    ("staff", "reachable"): _three(
        mark("{name} ({id}) can be written to."),
        mark("{name} ({id}) cannot be written to: must open the bot and press Start."),
    ),
    ("staff", "none"): _three(
        mark("Staff: {number}"), mark("There is no staff."), mark("No staff besides the owners.")
    ),
    ("staff", "duty"): _three(
        mark("On duty: {names}"), mark("Nobody is on duty."), mark("Nobody is on duty: the owners are rung.")
    ),
}

ASSUMED = _three(
    mark("Confirmed by live answers: {text}"), mark("REFUTED by live answers: {text}"), mark("Not seen yet: {text}")
)

# One sentence per row of bot/domain/assumptions.py, as if it held.
ASSUMPTIONS = {
    "order_key_is_txid": mark("Gate takes the order id under the name txid"),
    "new_spelling_is_sent": mark("Gate sends the newer names of the fields"),
    "row_side_is_ours": mark("the list tells our side, buy or sell"),
    "row_side_agrees_with_details": mark("list and details name the same side"),
    "times_are_utc": mark("times written as text are UTC"),
    "both_paid_words_mean_paid": mark("“paid” and “unconfirmed” both mean paid"),
    "total_is_price_times_amount": mark("the total is price times amount"),
    "chosen_method_is_supported": mark("the chosen payment method is one of the allowed ones"),
    "vouchers_are_links": mark("receipts are links"),
    "rows_tell_unread": mark("the list tells how many messages are unread"),
    "list_is_complete": mark("the list of open orders is complete"),
    "count_is_total": mark("the count is of all pages"),
    "refusals_come_with_200": mark("Gate's business refusals come as HTTP 200"),
    "limits_are_announced": mark("Gate announces its rate limit in each answer"),
    "chat_cursor_is_exclusive": mark("chat pages do not overlap"),
    "own_chat_id_is_profile_id": mark("our id in the chat is the one of our profile"),
    "sent_time_is_milliseconds": mark("the time of a sent message is in milliseconds"),
    "chat_times_are_gates_clock": mark("times in the chat are within 5 s of the clock Gate answers with"),
    "currency_has_no_wildcard": mark("each market has to be asked for by itself"),
    "second_release_is_refused": mark("a second release of an order is refused"),
    "read_only_key_cannot_list": mark("a key that may only read cannot list orders"),
    "ad_of_order_is_orderid": mark("the field orderid names the ad"),
    "flagged_text_may_not_arrive": mark("a text the filter flags may not arrive"),
    "reading_clears_unread": mark("reading a chat clears its unread count"),
    "upload_limit_is_decoded_size": mark("the upload limit counts the file itself"),
    "seller_cannot_cancel": mark("a seller cannot cancel"),
    "profile_tells_work_state": mark("our profile tells the working state by the numbers of the answer"),
    "work_days_begin_monday": mark("day 1 of working hours is Monday"),
    "work_hours_read_as_sent": mark("our profile shows working hours in the words they are set in"),
    "ad_number_is_remaining": mark("the number of an ad's edit is what is left of it"),
    "market_side_is_the_advertisers": mark("the public market is asked for by the advertisers' side"),
    "own_list_holds_all_ads": mark("the list of our ads holds all of them"),
    "pay_refusals_come_with_200": mark("Gate Pay's refusals come as HTTP 200"),
    "pay_numbers_are_text": mark("Gate Pay writes its numbers as text"),
    "pair_filter_holds": mark("asked for one coin, Gate Pay lists only pairs of it"),
    "pair_rows_are_directed": mark("Gate Pay lists each direction of a pair by itself"),
    "convert_rate_key": mark("the rate of a quote is in the field rate"),
    "convert_order_key_snake": mark("the id of a conversion is in the field order_id"),
    "convert_status_is_listed": mark("a conversion has only the statuses 1, 3 and 6"),
    "repeat_is_the_same_conversion": mark("the same conversion sent again is not carried out twice"),
    "ended_quote_is_refused": mark("Gate refuses a quote that has ended"),
    "otc_finds_our_number": mark("Gate Pay's list of OTC orders finds one by our own number"),
    "otc_takes_bank_ids_as_listed": mark("Gate Pay takes the id of a bank account in the form in which it lists it"),
    "otc_failure_gives_coins_back": mark("coins of a failed off-ramp come back to the payment account"),
    "mtpay_refusals_come_with_200": mark("MTPay's refusals come as HTTP 200"),
    "mtpay_unavailable_has_no_link": mark("what MTPay calls not available has no link"),
    "mtpay_signs_no_body": mark("MTPay's signature of a report covers no body"),
    "mtpay_tells_no_end_of_a_link": mark("MTPay sends no report when a link ends unused"),
}
