// MTPay: payment links, what their payers do, the webhooks that tell of it, and those that nobody should believe.
import { money } from "./counterparty.js";
import { $, clock, control, keyed, node } from "./dom.js";
import { say } from "./words.js";

const LOOKS = { Matched: "paid", InProgress: "paid", Finished: "finished", Failed: "appeal", Cancelled: "appeal" };
const OPEN = ["Open", "Matched"];
const FORGERIES = ["now", "twice", "replayed", "reordered", "changed", "replay_changed", "outgoing", "tampered", "moved_time", "unsigned", "old", "withdraw", "other_address", "huge", "not_json"];
const AVAILABLE = { yes: { available: true }, no: { available: false, unavailable_url: false }, url: { available: false, unavailable_url: true } };
const REPEATS = ["refused", "same", "new"];
const FAULTS = [
  ["lostLink", { endpoint: "deposit", kind: "act_and_drop", times: 1 }],
  ["lostLinkBefore", { endpoint: "deposit", kind: "drop_before", times: 1 }],
];
const SHOWN_ORDERS = 6, SHOWN_WEBHOOKS = 6;

let shared, state = null;

export const mtpay = { start, look, redraw };

function start(given) {
  shared = given;
  $("mtpay-wire").addEventListener("click", () => shared.act(() => control("mtpay/away", { away: !state?.away })));
  $("mtpay-webhooks-on").addEventListener("click", () => shared.act(() => control("mtpay/webhooks", { on: !state?.webhooks.on })));
  $("mtpay-available").addEventListener("change", (event) => shared.act(() => control("mtpay/variants", AVAILABLE[event.target.value])));
  $("mtpay-repeat").addEventListener("change", (event) => shared.act(() => control("mtpay/variants", { repeat: event.target.value })));
  drawHands();
}

function redraw() {
  drawHands();
  if (state) draw();
}

async function look() {
  state = await control("mtpay/state");
  draw();
}

function draw() {
  drawSwitch("mtpay-wire", state.away, say(state.away ? "away" : "up"));
  drawSwitch("mtpay-webhooks-on", !state.webhooks.on, say(state.webhooks.on ? "callbacksOn" : "callbacksOff"));
  drawOrders();
  drawWebhooks();
  drawChoices();
  $("mtpay-armed").textContent = state.faults.map((fault) => `${fault.endpoint}: ${fault.kind}${fault.times > 1 ? ` ×${fault.times}` : ""}`).join(" · ");
}

function drawSwitch(id, isOff, words) {
  $(id).setAttribute("aria-pressed", String(isOff));
  $(id).replaceChildren(node("span", { class: "dot" }), words);
}

function drawChoices() {
  const { available, unavailable_url: hasUrl, repeat } = state.variants;
  $("mtpay-available").value = available ? "yes" : hasUrl ? "url" : "no";
  $("mtpay-repeat").value = repeat;
}

const sum = (amount, code) => `${money(code === "MTC" ? amount : Number(amount).toFixed(2))} ${code}`;
const wordOf = (kind) => say(kind === "old" ? "act_aged" : `act_${kind}`);
const lasting = (rows, words, parent, build) =>
  keyed(parent, rows.length ? rows : [{ key: "none", look: words }], (row) => (row.key === "none" ? node("li", { class: "none" }, words) : build(row)));
const button = (id, label, run) => node("button", { type: "button", class: "act small", "data-testid": id, onclick: () => shared.act(run) }, label);

function drawOrders() {
  const rows = [...state.orders].reverse().slice(0, SHOWN_ORDERS).map((row) => ({ ...row, key: row.code, look: [row, say("link_match")] }));
  lasting(rows, say("noLinks"), $("mtpay-orders"), link);
}

function link(row) {
  const word = row.is_available ? row.status : "Unavailable";
  const status = node("span", { class: `state ${LOOKS[word] ?? ""}`, "data-testid": `link-status-${row.code}` }, say(`link_${word}`));
  const rest = row.currency === "MTC" ? row.payment && [row.payment, row.fiat] : row.transaction && [row.transaction, "MTC"];
  const isOther = row.paid && Number(row.paid) !== Number(row.due);
  const hands = row.is_available ? handsOf(row) : [];
  return node("li", { "data-testid": `link-${row.code}` },
    node("span", { class: "deal-line" }, node("time", {}, clock(row.created_at, true)), node("b", {}, sum(row.amount, row.currency)), rest ? ` ↔ ${sum(...rest)}` : "", row.rate ? ` @ ${money(row.rate)}` : "", " ", node("small", {}, row.payer)),
    node("span", { class: "deal-end" }, node("a", { href: row.url, target: "_blank", rel: "noopener noreferrer", "data-testid": `link-open-${row.code}` }, `${row.order_no.slice(-12)} ↗`), row.times > 1 ? node("b", { class: "again" }, `×${row.times}`) : null, status),
    isOther ? node("small", { class: "why" }, `${say("linkPaid")} ${sum(row.paid, row.fiat)}`) : row.message ? node("small", { class: "why" }, row.message) : null,
    hands.length ? node("span", { class: "hand-row" }, hands) : null);
}

function handsOf(row) {
  const hand = (key, act, body = {}) => button(`link-${key}-${row.code}`, say(`link_${key}`), () => control(`mtpay/orders/${row.code}/${act}`, body));
  if (row.status === "InProgress") return [hand("finish", "end", { status: "Finished" }), hand("fail", "end", { status: "Failed" }), hand("cancel", "cancel")];
  if (!OPEN.includes(row.status)) return [];
  const other = button(`link-other-${row.code}`, say("link_other"), async () => {
    const due = row.due || (await control(`mtpay/orders/${row.code}/match`, {})).due;
    return control(`mtpay/orders/${row.code}/pay`, { amount: (Number(due) * 0.9).toFixed(2) });
  });
  return [row.status === "Open" ? hand("match", "match") : null, hand("pay", "pay"), other, hand("cancel", "cancel"), hand("letEnd", "let_end")].filter(Boolean);
}

function drawWebhooks() {
  const { attempts, deliveries, origin } = state.webhooks;
  const waiting = deliveries.filter((row) => row.state === "waiting" && row.tries).length;
  $("mtpay-hook").textContent = [origin, waiting ? `${waiting} ${say("callbacksWaiting")}` : ""].filter(Boolean).join(" · ");
  const rows = [...attempts].reverse().slice(0, SHOWN_WEBHOOKS).map((row) => ({ ...row, key: row.n, look: [row, say("act_now")] }));
  lasting(rows, say("noCallbacks"), $("mtpay-webhooks"), (row) => node("li", { "data-testid": `webhook-${row.n}`, class: row.is_acknowledged ? "acted" : "not-acted", title: row.answer || row.error },
    node("span", {}, node("time", {}, clock(row.at, true)), `${row.report} ··${row.code.slice(-4)}`, row.kind === "event" ? (row.tries > 1 ? ` ×${row.tries}` : "") : ` · ${wordOf(row.kind)}`),
    node("span", { class: "outcome" }, row.status ? `${row.status}${row.is_acknowledged ? " success" : ""}` : say("noCallbackAnswer"))));
}

function drawHands() {
  const last = (run) => async () => {
    const order = state?.orders.at(-1);
    if (!order) throw new Error(say("noLinks"));
    return run(order);
  };
  $("mtpay-forgeries").replaceChildren(...FORGERIES.map((how) =>
    button(`forge-${how}`, wordOf(how), last((order) => control(`mtpay/orders/${order.code}/webhook`, { how, ...(how === "changed" ? { field: "requestAmount", value: 1 } : {}) })))));
  $("mtpay-acts").replaceChildren(...FAULTS.map(([key, body]) => button(`mtpay-${key}`, say(key), () => control("mtpay/faults", body))));
  $("mtpay-available").replaceChildren(...Object.keys(AVAILABLE).map((key) => node("option", { value: key }, say(`available_${key}`))));
  $("mtpay-repeat").replaceChildren(...REPEATS.map((key) => node("option", { value: key }, say(`linkAgain_${key}`))));
  if (state) drawChoices();
}
