// The counterparty's side of the chosen order, and the venue's own state.
import { $, asBase64, clock, control, keyed, node } from "./dom.js";
import { say, status } from "./words.js";

const LIVE = new Set(["OPEN", "PAID", "LOCKED", "TEMP"]);
const FAULTS = [
  ["lostAnswer", "gate", { endpoint: "confirm-receipt", kind: "act_and_drop", times: 1 }],
  ["lostBefore", "gate", { endpoint: "confirm-receipt", kind: "drop_before", times: 1 }],
  ["busy", "gate", { endpoint: "confirm-receipt", kind: "act_and_500", times: 1 }],
  ["slow", "gate", { endpoint: "*", kind: "delay", seconds: 5, times: 5 }],
  ["tooMany", "gate", { endpoint: "*", kind: "429", times: 5 }],
  ["telegramSlow", "telegram", { method: "*", kind: "429", seconds: 3, times: 3 }],
];

let shared, state = { orders: [], money_calls: [], faults: [] }, chosen = null, pinnedByHand = false;

export const venue = { start, look, redraw };

function start(given) {
  shared = given;
  for (const button of document.querySelectorAll("[data-new]")) button.addEventListener("click", () => shared.act(() => newOrder(button.dataset.new)));
  $("buyer-form").addEventListener("submit", (event) => { event.preventDefault(); write(); });
  $("buyer-file").addEventListener("change", (event) => shared.act(() => sendPicture(event.target)));
  drawFaults();
}

function redraw() {
  $("fault-acts").replaceChildren();
  drawFaults();
  draw();
}

async function look() {
  state = await control("gate/state");
  if (!pinnedByHand || !order()) chosen = newestLive() ?? chosen ?? state.orders.at(-1)?.id ?? null;
  draw();
}

const order = () => state.orders.find((row) => row.id === chosen);
const isLive = (row) => LIVE.has(row.status_raw);
const newestLive = () => [...state.orders].reverse().find(isLive)?.id;
const money = (text) => String(text).replace(/^(\d+)(\.\d+)?$/, (_, whole, rest) => whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ?? ""));

function newOrder(side) {
  pinnedByHand = false;
  const names = ["张三丰", "李四", "王五"];
  const name = names[state.orders.length % names.length];
  return control("gate/orders", { side, amount: side === "sell" ? "1000.00" : "500.00", price: "7.20", asset: "USDT", fiat: "CNY", name });
}

function draw() {
  drawOrders();
  drawMoney();
  drawBuyer();
  const armed = [...(state.faults ?? [])].map((fault) => `${fault.endpoint}: ${fault.kind}${fault.times > 1 ? ` ×${fault.times}` : ""}`);
  $("armed").textContent = armed.join(" · ");
}

function drawOrders() {
  $("no-orders").hidden = state.orders.length > 0;
  const rows = [...state.orders].reverse().slice(0, 60);
  keyed($("orders"), rows.map((row) => ({ row, key: row.id, look: [row.status, row.in_appeal, row.total, row.amount, row.counterparty, row.coins_released, row.released_times, row.id === chosen, say("order")] })), ({ row }) =>
    node("tr", { class: row.id === chosen ? "chosen" : "" },
      node("td", {},
        node("button", { type: "button", class: "order-link", "data-testid": `order-${row.id}`, "aria-pressed": String(row.id === chosen), onclick: () => { chosen = row.id; pinnedByHand = true; draw(); } },
          node("b", {}, String(row.id).slice(-4)), ` ${row.counterparty.name}`),
        node("small", {}, `${say(row.side === "sell" ? "sells" : "buys")} ${money(row.amount)} ${row.asset}`)),
      node("td", {}, badge(row)),
      node("td", { class: "num" }, money(row.total), node("small", {}, row.fiat)),
      node("td", { class: `num ${Number(row.released_times) ? "gone" : ""}` },
        node("b", { "data-testid": `coins-released-${row.id}` }, row.coins_released),
        Number(row.released_times) ? node("small", {}, `×${row.released_times}`) : null)));
}

function badge(row) {
  return node("span", { class: `state ${row.in_appeal ? "appeal" : row.status}`, "data-testid": `status-${row.id}` }, row.in_appeal ? say("inAppeal") : status(row.status));
}

function drawMoney() {
  const calls = [...state.money_calls].reverse().slice(0, 30);
  const rows = calls.length ? calls.map((call) => ({ call, key: call.n, look: call })) : [{ key: "none", look: say("noMoney") }];
  keyed($("money-calls"), rows, ({ call }) => call
    ? node("li", { class: /^done|^acted/.test(call.outcome) ? "acted" : "not-acted" },
        node("time", {}, clock(call.at, true)), node("b", {}, call.endpoint), ` ${String(call.id).slice(-4)} `,
        node("span", { class: "outcome" }, call.outcome))
    : node("li", { class: "none" }, say("noMoney")));
}

function drawBuyer() {
  const row = order();
  $("buyer").classList.toggle("no-order", !row);
  $("buyer-name").textContent = row ? `${row.counterparty.name} · ${String(row.id).slice(-4)}` : "";
  $("buyer-status").className = `state ${row ? (row.in_appeal ? "appeal" : row.status) : ""}`;
  $("buyer-status").textContent = row ? (row.in_appeal ? say("inAppeal") : status(row.status)) : "";
  $("buyer-deal").textContent = row ? `${say(row.side === "sell" ? "sells" : "buys")} ${money(row.amount)} ${row.asset} ${say("at")} ${row.price} = ${money(row.total)} ${row.fiat}${row.status_raw === "OPEN" ? ` · ${say("payUntil")} ${clock(row.deadline)}` : ""}` : say("noOrders");
  const chat = (row?.chat ?? []).map((said, index) => ({ said, key: `${row.id}-${index}`, look: said }));
  const box = $("buyer-chat"), atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  keyed(box, chat, ({ said }) => node("div", { class: `bubble ${said.from}` }, picture(said), node("span", { class: "words" }, words(said)), node("time", {}, clock(said.at))));
  if (atEnd) box.scrollTop = box.scrollHeight;
  keyed($("buyer-acts"), acts(row).map((act) => ({ ...act, look: [act.key, act.off, row?.id, say(act.key)] })), button);
  keyed($("odd-acts"), oddActs(row).map((act) => ({ ...act, look: [act.key, act.off, row?.id, say(act.key)] })), button);
  for (const field of $("buyer-form").elements) field.disabled = !row;
}

const words = (said) => said.text || (said.kind === "image" ? "" : `[${said.kind}]`);
const picture = (said) => (said.kind === "image" && said.path ? node("img", { src: new URL(said.path, shared.gateUrl()).href, alt: say("picture"), loading: "lazy" }) : null);

function acts(row) {
  const live = Boolean(row) && isLive(row), selling = row?.side !== "buy";
  const unpaid = live && row.status_raw === "OPEN", paid = live && !unpaid;
  const send = (act, body = {}) => () => control(`gate/orders/${row.id}/${act}`, body);
  return [
    selling ? { key: "pay", off: !unpaid, run: send("pay"), kind: "primary" } : { key: "release", off: !paid, run: send("release"), kind: "primary" },
    { key: "cancel", off: !(live && (selling || unpaid)), run: send("cancel") },
    { key: "appeal", off: !paid || row.in_appeal, run: send("appeal", { is_show_receive: 1 }) },
  ];
}

function oddActs(row) {
  const live = Boolean(row) && isLive(row), unpaid = live && row.status_raw === "OPEN";
  const send = (act, body = {}) => () => control(`gate/orders/${row.id}/${act}`, body);
  return [
    { key: "changeName", off: !live, run: () => send("change", { name: row.counterparty.name === "李四" ? "王五" : "李四" })() },
    { key: "changeAmount", off: !live, run: send("change", { amount: "999.00" }) },
    { key: "expire", off: !unpaid, run: send("expire") },
    { key: "close_elsewhere", off: !(live && !unpaid && row.side === "sell"), run: send("close_elsewhere") },
    { key: "cancel_elsewhere", off: !live, run: send("cancel_elsewhere") },
    { key: "verdictBuyer", off: !row?.in_appeal, run: send("verdict", { for: "buyer" }) },
    { key: "verdictSeller", off: !row?.in_appeal, run: send("verdict", { for: "seller" }) },
  ];
}

function button(act) {
  return node("button", { type: "button", class: `act ${act.kind ?? ""}`, "data-testid": `buyer-${act.key}`, disabled: act.off, onclick: () => shared.act(act.run) }, say(act.key));
}

async function write() {
  const text = $("buyer-text").value.trim();
  if (!text || !chosen) return;
  $("buyer-text").value = "";
  const sent = await shared.act(() => control(`gate/orders/${chosen}/write`, { text }));
  if (!sent && !$("buyer-text").value) $("buyer-text").value = text;
}

async function sendPicture(input) {
  const file = input.files[0];
  if (!file || !chosen) return null;
  const body = { content_type: file.type || "image/png", base64: await asBase64(file) };
  input.value = "";
  return control(`gate/orders/${chosen}/file`, body);
}

function drawFaults() {
  const arm = FAULTS.map(([key, world, body]) =>
    node("button", { type: "button", class: "act", "data-testid": `fault-${key}`, onclick: () => shared.act(() => control(`${world}/faults`, body)) }, say(key)));
  const clear = node("button", { type: "button", class: "act", "data-testid": "fault-clear", onclick: () => shared.act(() => Promise.all(["gate", "telegram"].map((world) => control(`${world}/faults`, undefined, "DELETE")))) }, say("clear"));
  $("fault-acts").replaceChildren(...arm, clear);
}
