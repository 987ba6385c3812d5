"""What stands under a message, as the library wants it."""

from telegram import CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.clients.messages import ButtonLike, CardLike


def markup_of(card: CardLike) -> InlineKeyboardMarkup | ForceReply | None:
    """A field that asks for a reply, the card's buttons, or nothing."""
    if card.prompt:
        return ForceReply(selective=True, input_field_placeholder=card.prompt_hint[:64] or None)
    if not card.rows:
        return None
    return InlineKeyboardMarkup([[_button(one) for one in row] for row in card.rows])


def _button(button: ButtonLike) -> InlineKeyboardButton:
    newer = {"style": button.style} if button.style else None
    if button.copy:
        return InlineKeyboardButton(button.text, copy_text=CopyTextButton(button.copy), api_kwargs=newer)
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url, api_kwargs=newer)
    return InlineKeyboardButton(button.text, callback_data=button.data, api_kwargs=newer)
