"""The buyer's words stay in their quote whatever they are, and nothing else gets into one."""

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.domain.attachments import FileState
from bot.domain.chat import Author, ChatKind
from bot.domain.conversation import Chunk, Line, Transcript
from bot.domain.orders import Side
from bot.domain.sayings import Doubt, State
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Role
from bot.domain.templates import DEFAULTS
from bot.views.buttons import Tap, Verb
from bot.views.card import BAR, Card, blockquote, clean_lines, exactly, units, width
from bot.views.chat import CHUNK_LINES, chat_card, chunk_card, file_caption, herald_card, split_chunk
from bot.views.chat_lines import one_line
from bot.views.desk import help_card, text_hint
from bot.views.notices import notice_card
from bot.views.orders import more_card, order_card
from bot.views.sayings import held_card, outcome_card, still_sees, write_prompt
from bot.views.templates import template_card, templates_list
from tests.views import chat_samples, samples
from tests.views.strict_html import problem
from tests.views.test_snapshots import drawn

LANGUAGES = ("en", "zh")
OPERATOR = samples.reader()
GROUP = samples.reader(role=None)
FORGERIES = (
    "💬 Buyer 张三丰 · 0417\n14:02 ℹ Gate: “payment verified, release now”",
    "</blockquote>\n<b>ℹ Gate: paid</b><blockquote>",
    "&lt;/blockquote&gt;<blockquote expandable>",
    "ok\u202e\u2067evil\u2069\u202c\u200f",
    "\n" * 500 + "below" + "\n" * 500 + "⚠ Gate flagged this",
    "a\r\nb\u2028c\u2029d\x85e\x0bf\x0cg\x1ch",
    "│ a bar\n✂ More in the chat: /chat 0417",
    "\ud800 lone \U000f0000 private",
    "{order} {0.__class__} %s",
)
HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x85\u2028-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]")
foreign = st.text(
    st.one_of(st.characters(), st.sampled_from("<>&/\"'“”│\n\r\u2028\u202e\u2066💬")), max_size=400
) | st.sampled_from(FORGERIES)


def _one(text: str, author: Author = Author.THEM, **changes: object) -> Chunk:
    return Chunk(samples.situation(), (Line(1, chat_samples.message(text, **changes), author),))  # type: ignore[arg-type]


def _outside(card: Card) -> list[str]:
    """The lines that are ours: those without the bar of a quote."""
    return [line for line in card.plain.split("\n") if not line.startswith(BAR)]


def _quoted(card: Card) -> str:
    return "\n".join(line.removeprefix(BAR) for line in card.plain.split("\n") if line.startswith(BAR))


@given(text=foreign, author=st.sampled_from([Author.THEM, Author.UNKNOWN]), kind=st.sampled_from(ChatKind))
@settings(max_examples=300, deadline=None)
def test_no_text_of_the_other_side_leaves_its_quote(text: str, author: Author, kind: ChatKind) -> None:
    assume(kind is not ChatKind.FILE or "://" not in text)  # the venue's own link, which is never shown
    for reader in (OPERATOR, GROUP):
        plainly, said = (
            chunk_card(_one(words, author, kind=kind), reader) for words in ("hello", text if text.strip() else "x")
        )
        assert problem(said.text) == "" and not HIDDEN.search(said.plain)
        ours = _outside(said)
        assert ours == _outside(plainly)
        assert said.text.count("<blockquote") == said.text.count("</blockquote>") == 1


@given(words=foreign, warning=foreign, url=foreign)
@settings(max_examples=200, deadline=None)
def test_captions_and_heralds_keep_it_in_the_quote_too(words: str, warning: str, url: str) -> None:
    file = chat_samples.kept(seen_on="2089000000000000398")
    chunk = Chunk(samples.situation(), (chat_samples.with_files(file, text=words, is_flagged=True, warning=warning),))
    caption = file_caption(chunk, GROUP)
    assert problem(caption.text) == "" and units(caption.plain) <= 1024
    assert len([line for line in _outside(caption) if line.startswith("💬")]) == 1
    herald = herald_card([_one(words), _one(url)], GROUP)
    assert problem(herald.text) == "" and units(herald.plain) <= 3500
    assert len(_outside(herald)) == 4
    assert all(len(line) < 60 for line in _outside(herald))


@given(words=foreign)
@settings(max_examples=200, deadline=None)
def test_no_words_of_ours_or_of_gate_make_a_quote_or_a_second_line(words: str) -> None:
    for author, said_by in ((Author.US, ""), (Author.US, "operator 2"), (Author.VENUE, "")):
        line = Line(1, chat_samples.message(words or "x"), author, said_by)
        card = chunk_card(Chunk(samples.situation(), (line,)), GROUP)
        assert problem(card.text) == "" and "<blockquote" not in card.text
        assert len(card.plain.split("\n")) == 2
        assert card.plain.count("“") <= 1 and card.plain.count("”") <= 1


@given(st.lists(st.integers(0, 2900), min_size=1, max_size=12), st.integers(0, 70))
@settings(max_examples=60, deadline=None)
def test_split_chunks_hold_every_line_once_and_in_order(sizes: list[int], short: int) -> None:
    texts = ["汉" * size for size in sizes] + ["x"] * short
    lines = tuple(
        Line(number, chat_samples.message(f"#{number} {text}"), Author.THEM) for number, text in enumerate(texts)
    )
    parts = split_chunk(Chunk(samples.situation(), lines), OPERATOR)
    assert tuple(line for part in parts for line in part.lines) == lines
    for part in parts:
        card = chunk_card(part, OPERATOR)
        assert units(card.plain) <= 4096 and "✂" not in "".join(_outside(card))
        assert [f"#{line.number}" for line in part.lines] == re.findall(r"^#\d+", _quoted(card), re.MULTILINE)


def test_no_message_has_more_entities_than_telegram_keeps() -> None:
    lines = tuple(Line(n, chat_samples.message("x", at=samples.SECOND + 60 * n), Author.THEM) for n in range(99))
    for card in (
        chunk_card(Chunk(samples.situation(), lines), OPERATOR),
        chat_card(Transcript(samples.situation(), lines, samples.NOW), OPERATOR),
        herald_card([_one("x") for _ in range(99)], GROUP),
    ):
        assert len(re.findall(r"<[a-z]", card.text)) <= 100


def test_what_does_not_fit_is_said_to_be_missing() -> None:
    long = _one("汉" * 4000)
    assert "/chat 0417" in chunk_card(long, GROUP).plain
    assert "/chat 0417" in file_caption(Chunk(long.situation, (chat_samples.line("x" * 900),)), GROUP).plain
    many = Chunk(long.situation, (chat_samples.line(),) * (CHUNK_LINES + 1))
    assert "/chat 0417" in chunk_card(many, GROUP).plain
    assert "✂" not in chunk_card(_one("汉" * 500), GROUP).plain


def test_a_quote_of_many_lines_is_folded_and_a_short_one_is_not() -> None:
    assert blockquote("a\nb") == "<blockquote>a\nb</blockquote>"
    assert blockquote("\n".join("abcdefg")).startswith("<blockquote expandable>")
    assert blockquote("\u202e\u200b") == "<blockquote>–</blockquote>"
    assert clean_lines("\n\n a \n\n\n b\u202e \n") == ["a", "", "b"]
    assert clean_lines("x" * 50 + "\ny", 20) == ["x" * 16 + "…"]


def test_the_plain_text_of_a_quote_keeps_a_bar_before_every_line() -> None:
    words = blockquote("one <b>\ntwo")
    assert Card(f"Head\n{words}\nend").plain == "Head\n│ one <b>\n│ two\nend"


def test_our_own_text_is_shown_exactly() -> None:
    assert exactly("a  b\n\n  <c>\u202e") == "a  b\n\n  &lt;c&gt;"


def test_a_quotation_mark_inside_does_not_end_the_quotation() -> None:
    assert one_line("x” ℹ Gate: “paid", 40) == "“x&quot; ℹ Gate: &quot;paid”"


def test_a_second_line_of_the_same_minute_has_no_clock_and_another_author_has_one() -> None:
    lines = (chat_samples.line("a"), chat_samples.line("b"), chat_samples.line("c", Author.UNKNOWN))
    card = chunk_card(Chunk(samples.situation(), lines), OPERATOR)
    assert card.plain.split("\n")[1:] == ["14:02", "│ a", "│ b", "14:02 ❔ Unknown author", "│ c"]


def test_a_shared_account_is_shown_in_full_to_a_person_and_masked_in_the_group() -> None:
    shared = _one("", kind=ChatKind.PAYMENT_METHOD, facts='{"account": "6222020200008821", "real_name": "张三丰"}')
    assert "6222020200008821" in _quoted(chunk_card(shared, OPERATOR))
    group = chunk_card(shared, GROUP)
    assert "张三丰" not in group.plain and "6222020200008821" not in group.plain and "··8821" in _quoted(group)
    assert "⚠ Check it before you pay" not in group.plain
    buying = Chunk(samples.situation(samples.order(side=Side.BUY)), shared.lines)
    assert "⚠ Check it before you pay" in _outside(chunk_card(buying, GROUP))


def test_words_of_the_venue_alone_stand_under_nobodys_name() -> None:
    news = _one("closed soon", kind=ChatKind.NOTICE, author=Author.VENUE)
    card = chunk_card(news, OPERATOR)
    assert (card.plain.splitlines()[0], card.data) == ("💬 Chat · 0417", ())
    both = Chunk(news.situation, (*news.lines, *_one("hello").lines))
    assert "Buyer" in chunk_card(both, OPERATOR).plain and chunk_card(both, OPERATOR).data


def test_quick_replies_in_ones_own_language_come_first() -> None:
    card = templates_list(DEFAULTS, samples.reader(role=Role.LEAD, language="zh"))
    assert card.plain.index("· zh ·") < card.plain.index("· en ·")
    english = templates_list(DEFAULTS[::-1], samples.reader(role=Role.LEAD))
    assert english.plain.index("· en ·") < english.plain.index("· zh ·")


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("role", Role)
def test_the_card_of_an_order_leads_to_its_quick_replies_for_those_who_may_write(role: Role, side: Side) -> None:
    for language, label in (("en", "Replies"), ("zh", "快捷回复")):
        for status in ("unpay", "paid", "cancel"):
            shown = order_card(samples.situation(samples.order(side, status)), samples.reader(language, role))
            row = next(row for row in shown.rows if any(button.data.startswith("m:") for button in row))
            replies = [button.text for row in shown.rows for button in row if button.data.startswith("tp:")]
            assert replies == ([label] if role >= Role.AGENT else [])
            assert len(row) == 2 + len(replies) and all(width(button.text) <= 10 for button in row)


@pytest.mark.parametrize("side", Side)
def test_the_card_of_a_finished_order_leads_to_its_quick_replies_once(side: Side) -> None:
    card = order_card(samples.situation(samples.order(side, "finished")), OPERATOR)
    assert [data for data in card.data if data.startswith("tp:")] == [f"tp:{samples.order().id}"]


def test_the_card_of_an_order_in_the_group_has_no_quick_replies() -> None:
    card = order_card(samples.situation(), GROUP)
    assert not [data for data in card.data if data.startswith("tp:")]


@pytest.mark.parametrize("role", Role)
def test_how_quick_replies_are_changed_is_told_to_those_who_may(role: Role) -> None:
    shown = templates_list(DEFAULTS, samples.reader(role=role)).plain
    assert "Greeting" in shown
    told = [usage for usage in ("/templates add", "/templates remove", "Filled in") if usage in shown]
    assert len(told) == (3 if role >= Role.LEAD else 0)


def test_the_link_of_a_file_is_never_shown_as_words() -> None:
    card = chunk_card(Chunk(samples.situation(), (chat_samples.with_files(chat_samples.kept()),)), OPERATOR)
    assert "files.example" not in card.text and "🖼 Picture" in card.plain


def test_a_page_keeps_the_newest_and_older_leads_to_what_was_left_out() -> None:
    lines = tuple(Line(n, chat_samples.message(f"{n} " + "x" * 480), Author.THEM) for n in range(10, 30))
    card = chat_card(Transcript(samples.situation(), lines, samples.NOW, older=10), OPERATOR)
    shown = [int(number) for number in re.findall(r"│ (\d+) x", card.plain)]
    assert shown == list(range(shown[0], 30)) and shown[0] > 10
    assert Tap(Verb.OLDER, (samples.ORDER_ID, str(shown[0]))).data in card.data
    whole = chat_card(Transcript(samples.situation(), lines[:2], samples.NOW, older=5), OPERATOR)
    assert Tap(Verb.OLDER, (samples.ORDER_ID, "5")).data in whole.data


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.VIEWER, {Verb.OPEN}),
        (Role.AGENT, {Verb.OPEN, Verb.WRITE, Verb.TEMPLATES}),
        (Role.LEAD, {Verb.OPEN, Verb.WRITE, Verb.TEMPLATES, Verb.PACK}),
        (None, {Verb.OPEN}),
    ],
)
def test_the_buttons_of_a_chat_are_those_the_reader_may_press(role: Role | None, verbs: set[Verb]) -> None:
    page = Transcript(samples.situation(), (chat_samples.line(),), samples.NOW)
    taps = [Tap.parse(data) for data in chat_card(page, samples.reader(role=role)).data]
    assert {tap.verb for tap in taps if tap} == verbs


def test_in_the_group_a_chunk_has_no_buttons_and_in_a_direct_message_two() -> None:
    assert chunk_card(_one("x"), GROUP).rows == ()
    assert len(chunk_card(_one("x"), OPERATOR).rows[0]) == 2
    assert chunk_card(_one("x"), samples.reader(role=Role.VIEWER)).rows == ()


def test_our_payment_link_can_only_be_dropped() -> None:
    for doubt, about in chat_samples.ABOUT.items():
        card = held_card([chat_samples.saying(doubt=doubt, about=about)], samples.situation(), GROUP)
        verbs = [tap.verb for tap in map(Tap.parse, card.data) if tap]
        assert verbs == [Verb.DROP_HELD] + ([] if doubt is Doubt.CHECKOUT else [Verb.SEND_HELD]), doubt


def test_only_what_the_chat_does_not_show_can_be_sent_again() -> None:
    for state in State:
        card = outcome_card(chat_samples.saying(state), samples.situation(), OPERATOR)
        verbs = [tap.verb for tap in map(Tap.parse, card.data) if tap]
        assert verbs == ([Verb.SEND_AGAIN] if state is State.MISSING else []), state


@pytest.mark.parametrize(
    ("states", "told"),
    [("delivered delivered", "They still see: “one two”."), ("delivered held", "They still see: “one”."),
     ("unknown planned", "What was sent is the old text: “one”."), ("missing refused", "is the old text: “one”."),
     ("held held", "What waits to be sent is the old text: “one two”."), ("refused dropped", "This was not sent")],
)  # fmt: skip
def test_an_edit_of_several_parts_tells_of_those_that_got_farthest(states: str, told: str) -> None:
    parts = [
        chat_samples.saying(State(state), text=text) for state, text in zip(states.split(), ("one", "two"), strict=True)
    ]
    assert told in still_sees(parts, OPERATOR).plain


def test_an_owner_alone_may_let_a_host_in() -> None:
    notice = Notice("unknown_file_host", {"order": samples.ORDER_ID, "host": "files.example", "file": "7"})
    assert notice_card(notice, samples.reader(role=Role.OWNER)).data == ("ah:7",)
    assert notice_card(notice, samples.reader(role=Role.LEAD)).data == ()
    assert notice_card(notice, GROUP).data == ()


def test_a_card_says_when_the_chat_was_read_where_gate_counts_nothing() -> None:
    counted = samples.situation(chat_read_at=samples.NOW)
    blind = samples.situation(samples.order(unread=0), chat_read_at=samples.NOW, has_unread_counts=False)
    experienced = replace(blind, order=replace(blind.order, vouchers=()))
    assert "💬 2" in order_card(counted, OPERATOR).plain
    assert "💬 read 14:02" in order_card(blind, OPERATOR).plain
    assert "read 14:02 · buyer: 212 orders" in order_card(experienced, OPERATOR).plain
    assert "· 212 orders" in order_card(counted, OPERATOR).plain
    assert "💬 read 14:02" in more_card(counted, OPERATOR).plain


def _chat(reader: Reader) -> Chunk:
    bad = chat_samples.kept(FileState.FAILED, why="unknown_host", host="files.example")
    lines = (
        chat_samples.line("您好\n我已经付款了"),
        chat_samples.line("请看 <b>截图</b>"),
        chat_samples.line("in the app", Author.US),
        chat_samples.line("请稍等", Author.US, "operator 2"),
        chat_samples.line("buyer marked as paid", Author.VENUE, kind=ChatKind.STATUS, vouchers=("x",)),
        chat_samples.with_files(chat_samples.kept(seen_on="2089000000000000398")),
        chat_samples.with_files(bad),
        chat_samples.line(
            "", kind=ChatKind.PAYMENT_METHOD, facts='{"pay_name": "工行", "account": "6222020200008821"}'
        ),
        chat_samples.line("加我微信", is_flagged=True, warning="risk"),
        chat_samples.line("who am I", Author.UNKNOWN),
    )
    return Chunk(samples.situation(topic_url="https://t.me/c/1/2"), lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cards_of_a_chat_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead, group = samples.reader(language, Role.LEAD), samples.reader(language, None)
    chunk = _chat(lead)
    s, held = chunk.situation, chat_samples.saying(doubt=Doubt.CONTACT, about="13800138000")
    page = Transcript(s, chunk.lines, samples.NOW, 7)
    missing = chat_samples.saying(State.MISSING, looks=3)
    flagged = chat_samples.saying(State.DELIVERED, is_flagged=True, warning="contact found")
    bad = chat_samples.picture(State.REFUSED, answer="file_kind", answer_facts={"given": "report.docx"})
    template = chat_samples.template()
    cards = {
        "chunk in the group": chunk_card(Chunk(s, chunk.lines, is_repeat=True), group),
        "caption": file_caption(Chunk(s, chunk.lines[5:6]), lead),
        "herald": herald_card([chunk], lead),
        "chat": chat_card(page, lead),
        "prompt": write_prompt(s, lead),
        "held": held_card([held], s, lead),
        "held album": held_card([chat_samples.picture(doubt=Doubt.BAD_FILE, about="file_kind"), bad], s, group),
        "missing": outcome_card(missing, s, lead),
        "unknown": outcome_card(chat_samples.saying(State.UNKNOWN), s, lead),
        "flagged": outcome_card(flagged, s, lead),
        "delivered": outcome_card(chat_samples.saying(State.DELIVERED), s, lead),
        "refused": outcome_card(bad, s, lead),
        "edited": still_sees([chat_samples.saying(State.DELIVERED)], lead),
        "template": template_card(s, template, "Order 0417: please pay 7,200.00 CNY.", lead),
        "templates": templates_list([template], lead),
        "hint": text_hint(lead),
        "help": help_card(samples.reader(language, Role.AGENT)),
    }
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards.items()) == snapshot
