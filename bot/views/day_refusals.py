"""The desk's own refusals about a day and its close. Each of them changed nothing."""

from bot.texts import mark

DAY_REASONS = {
    "day_bad": mark(
        "“{given}” is no day. Write it like /close {today}, or just /close for today. Nothing was changed."
    ),
    "day_future": mark("{given} has not come yet, today is {today}. Nothing was changed. Write just /close for today."),
    "day_too_old": mark(
        "{given} is too long ago: accounts are remembered since {oldest}. Nothing was changed. Write a later day."
    ),
    "day_negative": mark("“{given}” is below 0. Write what came in, like 7,300.00, or 0. Nothing was changed."),
    "day_number": mark("“{given}” is no sum. Write only the number, like 7,300.00. Nothing was changed."),
    "day_digits": mark("“{given}” has too many digits to be meant. Write the sum, like 7,300.00. Nothing was changed."),
    "day_note_empty": mark("There are no words in it. Reply to the question with the note. Nothing was changed."),
    "day_note_long": mark("The note has {given} characters, {most} is the most. Nothing was changed."),
    "day_form_over": mark("This close is over or not yours. Nothing was changed. Write /close to begin one."),
    "day_moved": mark("The day went on since you read this. Nothing was closed. Read it again, then close it."),
    "day_unasked": mark("An account has sales now that was not asked about. Nothing was closed. Answer it first."),
    "day_no_picture": mark("The picture could not be drawn. The numbers stand on the card. Try again later."),
}
DAY_USAGE = {
    "today": mark("Write just /today"),
    "close": mark("Write /close, /close 2026-11-20, or /close csv for the file"),
}
