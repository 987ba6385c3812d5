// The venue's own state: its orders, the money calls it received, the faults that wait; and which order is chosen.
import { counterparty, isLive, money } from "./counterparty.js";
import { $, clock, control, keyed, node } from "./dom.js";
import { say, status } from "./words.js";

const FAULTS = [
  ["lostAnswer", "gate", { endpoint: "confirm-receipt", kind: "act_and_drop", times: 1 }],
  ["lostBefore", "gate", { endpoint: "confirm-receipt", kind: "drop_before", times: 1 }],
  ["busy", "gate", { endpoint: "confirm-receipt", kind: "act_and_500", times: 1 }],
  ["lostSay", "gate", { endpoint: "send_chat_message", kind: "act_and_drop", times: 1 }],
  ["noUpload", "gate", { endpoint: "upload_chat_file", kind: "error_500", times: 1 }],
  ["slow", "gate", { endpoint: "*", kind: "delay", seconds: 5, times: 5 }],
  ["tooMany", "gate", { endpoint: "*", kind: "429", times: 5 }],
  ["telegramSlow", "telegram", { method: "*", kind: "429", seconds: 3, times: 3 }],
];

let shared, state = { orders: [], money_calls: [], faults: [] }, chosen = null, pinnedByHand = false;

export const venue = { start, look, redraw };

function start(given) {
  shared = given;
  for (const button of document.querySelectorAll("[data-new]")) button.addEventListener("click", () => shared.act(() => newOrder(button.dataset.new)));
  counterparty.start(given);
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
const newestLive = () => [...state.orders].reverse().find(isLive)?.id;

function newOrder(side) {
  pinnedByHand = false;
  const names = ["张三丰", "李四", "王五"];
  const name = names[state.orders.length % names.length];
  return control("gate/orders", { side, amount: side === "sell" ? "1000.00" : "500.00", price: "7.20", asset: "USDT", fiat: "CNY", name });
}

function draw() {
  drawOrders();
  drawMoney();
  counterparty.draw(order());
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

function drawFaults() {
  const arm = FAULTS.map(([key, world, body]) =>
    node("button", { type: "button", class: "act", "data-testid": `fault-${key}`, onclick: () => shared.act(() => control(`${world}/faults`, body)) }, say(key)));
  const clear = node("button", { type: "button", class: "act", "data-testid": "fault-clear", onclick: () => shared.act(() => Promise.all(["gate", "pay", "telegram"].map((world) => control(`${world}/faults`, undefined, "DELETE")))) }, say("clear"));
  $("fault-acts").replaceChildren(...arm, clear);
}
