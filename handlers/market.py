"""The public market."""

from bot.domain.market import read_pair
from bot.flows import market as flow
from bot.flows.deliver import MENU
from bot.views.market import market_card
from handlers.context import Did


async def market(did: Did) -> None:
    """`/market` is the desk's first pair, `/market USDT CNY` any."""
    await look(did, *read_pair(did.words, did.desk.policy.markets[0]))


async def look(did: Did, asset: str, fiat: str) -> None:
    """Again, in the place of the old one."""
    found = await flow.look(did.desk, did.person_id, asset, fiat)
    await did.say(market_card(found, did.reader), kind=MENU, replace=True)
