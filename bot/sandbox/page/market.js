// The market of others with our ads marked in it, our ads as colleagues handle them in Gate's app, and what the desk asked.
import { money } from "./counterparty.js";
import { $, clock, control, keyed, node } from "./dom.js";
import { say } from "./words.js";

const PACE = 4; // seconds a step, when the page sets the market going
const ANSWERS = ["live", "stale", "empty"];
const LOOKS = { OPEN: "finished", OFFLIN: "paid", CLOSED: "appeal" };
const SHOWN_EVENTS = 2, PRICE_STEP = 0.05;
const ACTS = [
  ["moveMarket", "move", () => ({ steps: 1 })],
  ["undercutSell", "undercut", (pair) => ({ side: "sell", ...pair })],
  ["undercutBuy", "undercut", (pair) => ({ side: "buy", ...pair })],
  ["trapSell", "trap", (pair) => ({ side: "sell", ...pair })],
  ["trapBuy", "trap", (pair) => ({ side: "buy", ...pair })],
  ["allLeave", "clear", () => ({})],
];
const FAULTS = [
  ["lostAd", { endpoint: "place_biz_push_order", kind: "act_and_drop", times: 1 }],
  ["lostAdBefore", { endpoint: "place_biz_push_order", kind: "drop_before", times: 1 }],
  ["lostAdStatus", { endpoint: "ads_update_status", kind: "act_and_drop", times: 1 }],
];

let shared, state = null, mine = null, chosen = "USDT/CNY";

export const market = { start, look, redraw };

function start(given) {
  shared = given;
  $("market-moves").addEventListener("click", () => shared.act(() => control("gate/market", { pace: state?.pace ? 0 : PACE })));
  $("market-pair").addEventListener("change", (event) => { chosen = event.target.value; draw(); });
  $("market-answers").addEventListener("change", (event) => shared.act(() => control("gate/market", { answers: event.target.value })));
  $("text-filter").addEventListener("click", () => shared.act(() => control("gate/ads/rules", { refuses_texts: !mine?.rules.refuses_texts })));
  drawHands();
}

function redraw() {
  drawHands();
  if (state) draw();
}

async function look() {
  [state, mine] = await Promise.all([control("gate/market"), control("gate/ads")]);
  draw();
}

function draw() {
  drawSwitch("market-moves", !state.pace, say(state.pace ? "marketMoves" : "marketStands"));
  drawSwitch("text-filter", mine.rules.refuses_texts, say(mine.rules.refuses_texts ? "filterStrict" : "filterUsual"));
  const pairs = Object.keys(state.pairs);
  if (!pairs.includes(chosen)) chosen = pairs[0];
  keyed($("market-pair"), pairs.map((pair) => ({ key: pair, look: pair })), ({ key }) => node("option", { value: key }, key));
  $("market-pair").value = chosen;
  $("market-answers").value = state.answers;
  $("market-reference").textContent = state.references[chosen] ?? "–";
  for (const side of ["sell", "buy"]) drawSide(side);
  drawEvents();
  drawAds();
  drawPosts();
}

function drawSwitch(id, isOff, words) {
  $(id).setAttribute("aria-pressed", String(isOff));
  $(id).replaceChildren(node("span", { class: "dot" }), words);
}

const lasting = (parent, rows, words, build) =>
  keyed(parent, rows.length ? rows : [{ key: "none", look: words }], (row) => (row.key === "none" ? node("li", { class: "none" }, words) : build(row)));
const button = (id, label, run) => node("button", { type: "button", class: "act small", "data-testid": id, onclick: () => shared.act(run) }, label);
const whole = (amount) => money(String(Math.round(Number(amount))));

function drawSide(side) {
  const rows = state.pairs[chosen][side].map((row, place) => ({ ...row, rank: place + 1, key: row.id, look: [row, place, say("ours")] }));
  lasting($(`market-${side}`), rows, say("nobodyThere"), (row) =>
    node("li", { class: row.is_ours ? "ours" : row.is_trap ? "trap" : "", "data-testid": `offer-${row.id}` },
      node("span", { class: "rank" }, String(row.rank)), node("b", {}, row.price),
      node("small", {}, row.is_ours ? say("ours") : row.is_trap ? `${row.nick} · ${say("trapMark")}` : row.nick),
      node("small", { class: "limits" }, `${whole(row.amount)} · ${whole(row.fiat_min_amount)}–${whole(row.fiat_max_amount)}`)));
}

function drawEvents() {
  const last = state.events.filter((event) => `${event.asset}/${event.fiat}` === chosen).slice(-SHOWN_EVENTS);
  $("market-events").textContent = last.map((event) => `${event.nick} ${say(`ev_${event.kind}`)} ${event.price}`).join(" · ");
}

function drawAds() {
  const rows = [...mine.ads].reverse().map((row) => ({ ...row, key: row.id, look: [row, say("ownAds")] }));
  lasting($("own-ads"), rows, say("noAds"), (row) => node("li", { "data-testid": `ad-${row.id}` },
    node("span", { class: "deal-line" }, node("small", {}, `··${row.id.slice(-4)} `), `${say(row.side === "sell" ? "adSells" : "adBuys")} `,
      node("b", { "data-testid": `ad-price-${row.id}` }, row.price), ` ${row.asset}/${row.fiat}`, row.rate_fixed ? "" : ` ${say("adFloats")}`, " ",
      node("small", {}, `${say("adLeft")} ${whole(row.amount)}${Number(row.locked) ? ` · ${say("adHeld")} ${whole(row.locked)}` : ""}`)),
    node("span", { class: "deal-end" }, node("span", { class: `state ${LOOKS[row.status_text]}`, "data-testid": `ad-state-${row.id}` }, say(`ad_${row.status_text}`))),
    row.status_text === "CLOSED" ? null : node("span", { class: "hand-row" }, handsOf(row))));
}

function handsOf(row) {
  const edit = (facts) => () => control(`gate/ads/${row.id}/edit`, facts());
  const set = (status) => () => control(`gate/ads/${row.id}/status`, { status });
  const isOpen = row.status_text === "OPEN";
  return [
    button(`app-price-${row.id}`, `${say("appPrice")} +${PRICE_STEP}`, edit(() => ({ price: (Number(row.price) + PRICE_STEP).toFixed(2) }))),
    button(`app-terms-${row.id}`, say("appTerms"), edit(() => ({ trade_tips: `${say("appTerms")} ${clock(Date.now() / 1000, true)}` }))),
    button(`app-turn-${row.id}`, say(isOpen ? "appOff" : "appOn"), set(isOpen ? "OFFLIN" : "OPEN")),
    button(`app-close-${row.id}`, say("appClose"), set("CLOSED")),
  ];
}

function drawPosts() {
  const rows = [...mine.last_posts].reverse().map((row) => ({ ...row, key: row.n, look: [row, say("newAd")] }));
  lasting($("ad-posts"), rows, say("noMoney"), (row) => node("li", { class: row.acted ? "acted" : "not-acted", title: row.raw },
    node("time", {}, clock(row.at, true)), node("b", {}, say(`post_${row.endpoint}`)), ` ${row.id ? `··${row.id.slice(-4)}` : row.endpoint === "place_biz_push_order" ? say("newAd") : ""} `,
    node("small", {}, row.body?.unitPrice ?? ""), node("span", { class: "outcome" }, row.why || row.outcome)));
}

function drawHands() {
  const pair = () => { const [asset, fiat] = chosen.split("/"); return { asset, fiat }; };
  $("market-acts").replaceChildren(...ACTS.map(([key, act, body]) => button(`market-${key}`, say(key), () => control(`gate/market/${act}`, body(pair())))));
  $("ad-acts").replaceChildren(...FAULTS.map(([key, body]) => button(`ad-${key}`, say(key), () => control("gate/faults", body))));
  $("market-answers").replaceChildren(...ANSWERS.map((key) => node("option", { value: key }, say(`answers_${key}`))));
  if (state) $("market-answers").value = state.answers;
}
