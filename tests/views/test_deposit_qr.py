"""The picture of a link is read back by another program as exactly that link."""

import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.intents import State
from bot.domain.staff import Role
from bot.views.deposits import deposit_card, qr_card
from bot.views.qr import qr_png
from tests.views import deposit_samples as made
from tests.views import samples

URL_CHARACTERS = "ABCXYZabcxyz0123456789-._~:/?#[]@!$&'()*+,;=%"


def read(png: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize(
    "url",
    [
        made.URL,
        "http://127.0.0.1:8080/api/buy-coin/0?lang=en",
        "https://pay.example/?a=1&b=%E4%BB%98%20x#end",
        "https://付款.example/路?q=张三",
        f"https://pay.example/{'a' * 492}",
        "HTTPS://PAY.EXAMPLE/0123456789",
    ],
)
def test_the_picture_says_exactly_the_link(url: str) -> None:
    assert read(qr_png(url)) == [url]


@settings(max_examples=25, deadline=None)
@given(st.text(URL_CHARACTERS, min_size=1, max_size=480))
def test_any_address_is_read_back_unchanged(path: str) -> None:
    assert read(qr_png(f"https://pay.example/{path}")) == [f"https://pay.example/{path}"]


@pytest.mark.parametrize("url", ["h", made.URL, f"https://pay.example/{'a' * 492}"])
def test_the_picture_is_large_black_on_white_with_a_quiet_zone(url: str) -> None:
    with Image.open(io.BytesIO(qr_png(url))) as picture:
        grey = picture.convert("L")
    assert picture.format == "PNG" and grey.width == grey.height and 300 <= grey.width < 1000
    assert {shade for _, shade in grey.getcolors() or []} == {0, 255}
    left, top, right, bottom = grey.point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
    assert left == top == grey.width - right == grey.height - bottom
    assert left * 21 >= 4 * (right - left) * 21 // 185, "four modules at the widest code that is used"


def test_the_same_link_gives_the_same_bytes_and_another_one_others() -> None:
    qr_png.cache_clear()
    first = qr_png(made.URL)
    qr_png.cache_clear()
    assert qr_png(made.URL) == first != qr_png(f"{made.URL}x")


def test_the_card_and_the_picture_alone_show_the_stored_link() -> None:
    of = made.linked()
    card = deposit_card(made.standing(of, State.DONE), samples.reader("zh", Role.LEAD))
    assert read(card.picture) == read(qr_card(of).picture) == [of.url]
