"""Switches for what the documents leave open: each makes the venue answer in another plausible way."""

from dataclasses import dataclass, fields

from bot.sandbox.gate.fields import Json


@dataclass
class Variants:
    """All as they start = the documented shapes. A name is the switch of `POST /control/gate/variants`."""

    stringly_typed: bool = False  # digits as strings in order rows and details
    php_empty_arrays: bool = False  # [] where an empty object is meant
    legacy_keys: bool = False  # spellings and extra fields of the schema before 7.2.78, instead of and beside the new
    unconfirmed: bool = False  # the seller sees `unconfirmed` instead of `paid`
    unknown_status: bool = False  # live orders carry a status that no document lists
    im_unread_in_rows: bool = False
    srvtm_seconds: bool = False  # send_chat_message answers seconds instead of milliseconds
    srvtm_ms: bool = False  # get_chats_list answers milliseconds instead of seconds
    srvtm_is_now: bool = False  # get_chats_list answers the server's time instead of the latest message's
    ids_as_strings: bool = False  # get_myself_payment
    minimal_envelope: bool = False  # only code and message for actions
    null_data: bool = False  # refusals carry null instead of {}
    trade_id: bool = False  # money calls want `trade_id`, as before 7.2.78
    type_buy_inverted: bool = False  # rows contradict details, as the documentation's own sample does
    dispute_tab_only: bool = False  # orders in dispute leave the pending tab
    count_is_page: bool = False  # `count` is the page's length instead of the total
    inclusive_cursors: bool = False  # chat cursors repeat the boundary second
    chat_page: int = 50  # messages on a page of get_chats_list
    no_unread: bool = False  # neither rows nor details tell im_unread
    changing_links: bool = False  # a file's link is another one in every answer
    unread_stays: bool = False  # reading the chat does not clear im_unread
    flagged_not_delivered: bool = False  # a text with contact data never reaches the chat
    real_usernames: bool = False  # nicknames instead of Self / Other in chats
    uid_on_own: bool = False  # own chat texts carry the own encrypted id
    no_uid_on_theirs: bool = False  # chat messages of the counterparty carry no encrypted id
    masked_names: bool = False  # counterparty names as 张*丰
    ad_number: str = (
        "remaining"  # what `number` of an edit is: "remaining", or "total" with all locked and traded coins
    )
    ad_ids_otherwise: bool = False  # ads' ids as numbers where texts are documented, and the other way round
    ad_price_moved: bool = False  # a saved ad silently has its fixed price one tick above what was asked
    ad_status_unsaid: bool = False  # ads_update_status answers {} instead of the status
    closed_ads_listed: bool = False  # my_ads_list shows closed ads
    closed_is_cancel: bool = False  # closed ads carry the text CANCEL
    edit_keeps_left_out: bool = False  # a field that an edit leaves out stays, instead of being reset
    edit_relists: bool = False  # an edit puts the ad online
    fiat_limits_in_rows: bool = False  # my_ads_list carries fiat limits
    market_rows: int = 0  # most rows of ads_list; 0 = all
    new_ad_delay: float = 0.0  # seconds until my_ads_list knows a new ad
    rival_details_shown: bool = False  # ads_detail answers for ads of others
    no_access: bool = False  # the account is no merchant
    read_only_key: bool = False

    def switch(self, wanted: Json) -> None:
        """Raises ValueError, changing nothing, on a name or value that is none."""
        known = {field.name: type(field.default) for field in fields(self)}
        for name, value in wanted.items():
            if not _fits(name, value, known.get(name)):
                raise ValueError(f"no such variant: {name}={value!r}; known: {', '.join(sorted(known))}")
        for name, value in wanted.items():
            setattr(self, name, value)


def _fits(name: str, value: object, wanted: type | None) -> bool:
    if wanted is float:
        return type(value) in (int, float)
    if name == "ad_number":
        return value in ("remaining", "total")
    return wanted is type(value) and not (value == 0 and name == "chat_page")


def empty_objects_as_arrays(value: object) -> object:
    """What a PHP back end does with empty objects, all the way down."""
    if isinstance(value, dict):
        return {key: empty_objects_as_arrays(inner) for key, inner in value.items()} if value else []
    if isinstance(value, list):
        return [empty_objects_as_arrays(inner) for inner in value]
    return value
