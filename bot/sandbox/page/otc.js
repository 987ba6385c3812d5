// The OTC desk of Gate Pay: off-ramps moved by hand, bank accounts reviewed, callbacks switched and their answers.
import { money } from "./counterparty.js";
import { $, clock, control, keyed, node } from "./dom.js";
import { say } from "./words.js";

const MOVES = [["dispatch", "DISPATCHED", "PROCESSING"], ["done", "DONE", "PROCESSING DISPATCHED"], ["fail", "FAIL", "PROCESSING DISPATCHED"]];
const REVIEWS = [1, 2, 3, 99];
const LOOKS = { 1: "finished", 2: "paid", 3: "paid", 99: "appeal", PROCESSING: "paid", DISPATCHED: "paid", DONE: "finished", FAIL: "appeal" };
const ACTS = ["now", "twice", "reordered", "forged", "tampered", "old", "other_type", "unknown", "huge", "not_json"];
const SHOWN_ORDERS = 6, SHOWN_ANSWERS = 5;

let shared, state = null;

export const otc = { start, look, redraw };

function start(given) {
  shared = given;
  $("callbacks-on").addEventListener("click", () => shared.act(() => control("pay/callback", { on: !state?.callback.on })));
  drawHands();
}

function redraw() {
  drawHands();
  if (state) draw();
}

async function look() {
  state = await control("pay/otc/state");
  draw();
}

function draw() {
  $("otc-rates").textContent = Object.entries(state.rates).map(([code, rate]) => `1 ${code} = ${Number(rate).toFixed(4)} USD`).join(" · ");
  drawOrders();
  drawBanks();
  drawCallbacks();
}

const lasting = (rows, words, build) => (parent) =>
  keyed(parent, rows.length ? rows : [{ key: "none", look: words }], (row) => (row.key === "none" ? node("li", { class: "none" }, words) : build(row)));
const button = (id, label, run, extra = "") => node("button", { type: "button", class: `act small${extra}`, "data-testid": id, onclick: () => shared.act(run) }, label);

function drawOrders() {
  const again = {};
  for (const row of state.created) again[row.order_id] = Math.max(row.times, row.token_times);
  const rows = [...state.orders].reverse().slice(0, SHOWN_ORDERS).map((row) => ({ ...row, key: row.id, look: [row, again[row.id], say("otc_done")] }));
  lasting(rows, say("noOffRamps"), (row) => offRamp(row, again[row.id]))($("otc-orders"));
}

function offRamp(row, again) {
  const status = node("span", { class: `state ${LOOKS[row.status]}`, "data-testid": `otc-status-${row.id}` }, say(`otc_${row.status}`));
  const hands = MOVES.filter(([, , from]) => from.includes(row.status)).map(([key, to]) =>
    button(`otc-${key}-${row.id}`, say(`otc_${key}`), () => control(`pay/otc/orders/${row.id}`, { status: to })));
  const paid = row.status === "DONE" ? row.final_fiat : row.fiat_amount;
  return node("li", { "data-testid": `otc-order-${row.id}` },
    node("span", { class: "deal-line" }, node("time", {}, clock(row.created_at, true)), node("b", {}, `${money(row.crypto_amount)} ${row.crypto}`), " → ", node("b", {}, `${money(paid)} ${row.fiat}`)),
    node("span", { class: "deal-end" }, node("small", {}, `··${row.id.slice(-4)} · ${bankName(row.bank_id)}`), again > 1 ? node("b", { class: "again" }, `×${again}`) : null, status),
    row.error ? node("small", { class: "why" }, row.error) : null,
    hands.length ? node("span", { class: "hand-row" }, hands) : null);
}

function bankName(id) {
  const bank = state.banks.find((row) => row.id === id);
  return bank ? `${bank.bank} ··${bank.iban.slice(-4)}` : id;
}

function drawBanks() {
  const rows = state.banks.map((row) => ({ ...row, key: row.id, look: [row.bank, row.iban, row.status, row.memo, say("review_1")] }));
  lasting(rows, say("noBanks"), (row) => node("li", { "data-testid": `bank-${row.id}` },
    node("span", { class: "deal-line" }, node("b", {}, row.bank), ` ··${row.iban.slice(-4)} `, node("small", {}, row.holder)),
    node("span", { class: "deal-end" }, node("span", { class: `state ${LOOKS[row.status]}`, "data-testid": `bank-status-${row.id}` }, say(`review_${row.status}`))),
    row.memo ? node("small", { class: "why" }, row.memo) : null,
    node("span", { class: "hand-row" }, REVIEWS.filter((status) => status !== row.status).map((status) =>
      button(`bank-${status}-${row.id}`, say(`toReview_${status}`), () => control(`pay/otc/banks/${row.id}`, { status, memo: { 3: say("memoMore"), 99: say("memoRefused") }[status] ?? "" }))))))($("otc-banks"));
}

function drawCallbacks() {
  const { url, on, attempts, deliveries } = state.callback;
  $("callbacks-on").setAttribute("aria-pressed", String(!on));
  $("callbacks-on").replaceChildren(node("span", { class: "dot" }), say(on ? "callbacksOn" : "callbacksOff"));
  const waiting = deliveries.filter((row) => row.state === "waiting" && row.tries).length;
  $("callback-url").textContent = [url || say("noCallbackUrl"), waiting ? `${waiting} ${say("callbacksWaiting")}` : ""].filter(Boolean).join(" · ");
  const rows = [...attempts].reverse().slice(0, SHOWN_ANSWERS).map((row) => ({ ...row, key: row.n, look: [row, say("act_now")] }));
  lasting(rows, say("noCallbacks"), (row) => node("li", { "data-testid": `callback-${row.n}`, class: row.status === 200 && row.return_code === "SUCCESS" ? "acted" : "not-acted" },
    node("time", {}, clock(row.at, true)), `${row.event} ··${row.order_id.slice(-4)}`, row.kind === "event" ? (row.tries > 1 ? ` ×${row.tries}` : "") : ` · ${say(`act_${row.kind}`)}`,
    node("span", { class: "outcome" }, row.status ? `${row.status} ${row.return_code}`.trim() : say("noCallbackAnswer"))))($("otc-callbacks"));
}

function drawHands() {
  $("callback-acts").replaceChildren(...ACTS.map((act) => button(`callback-${act}`, say(`act_${act}`), async () => {
    const last = state?.orders.at(-1);
    if (!last) throw new Error(say("noOffRamps"));
    await control(`pay/otc/orders/${last.id}/callback`, { act });
  })));
  $("otc-acts").replaceChildren(
    button("otc-expire", say("expireOtc"), () => control("pay/otc/quotes", { expire: true })),
    button("otc-lost", say("lostOtc"), () => control("pay/faults", { endpoint: "otc_create", kind: "act_and_drop", times: 1 })),
    button("otc-lost-before", say("lostOtcBefore"), () => control("pay/faults", { endpoint: "otc_create", kind: "drop_before", times: 1 })));
}
