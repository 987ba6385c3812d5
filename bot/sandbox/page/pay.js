// Gate Pay's own state: what every account holds, what was converted, and hands on rates, quotes and the wire.
import { money } from "./counterparty.js";
import { $, clock, control, keyed, node } from "./dom.js";
import { say } from "./words.js";

const MOVES = ["-2", "-0.5", "0.5", "2"];
const REPEATS = ["same", "refused", "executed"];
const FAULTS = [
  ["lostConvert", { endpoint: "convert", kind: "act_and_drop", times: 1 }],
  ["lostConvertBefore", { endpoint: "convert", kind: "drop_before", times: 1 }],
];
const SHOWN_ORDERS = 8;

let shared, state = null, coin = "BTC";

export const pay = { start, look, redraw };

function start(given) {
  shared = given;
  $("pay-wire").addEventListener("click", () => shared.act(() => control("pay/away", { away: !state?.away })));
  $("pay-coin").addEventListener("change", (event) => { coin = event.target.value; draw(); });
  $("pay-repeat").addEventListener("change", (event) => shared.act(() => control("pay/repeat", { mode: event.target.value })));
  drawHands();
}

function redraw() {
  drawHands();
  if (state) draw();
}

async function look() {
  state = await control("pay/state");
  draw();
}

const accountName = (account) => (account === "own" ? say("ownAccount") : `${say("subAccount")} ${account}`);
const rounded = (price) => money(Number(price) < 1 ? price : Number(price).toFixed(2));
const signed = (percent) => `${percent.startsWith("-") ? "−" : "+"}${percent.replace("-", "")} %`;

function draw() {
  drawWire();
  drawBalances();
  drawRate();
  drawOrders();
  $("pay-repeat").value = state.repeat;
  $("pay-armed").textContent = state.faults.map((fault) => `${fault.endpoint}: ${fault.kind}${fault.times > 1 ? ` ×${fault.times}` : ""}`).join(" · ");
}

function drawWire() {
  $("pay-wire").setAttribute("aria-pressed", String(state.away));
  $("pay-wire").replaceChildren(node("span", { class: "dot" }), say(state.away ? "away" : "up"));
}

function drawBalances() {
  const rows = state.accounts.map((account) => ({ account, held: state.balances[account], key: account, look: [state.balances[account], say("ownAccount")] }));
  keyed($("pay-balances"), rows, ({ account, held }) =>
    node("li", { "data-testid": `pay-balance-${account}` }, node("small", {}, accountName(account)),
      node("span", { class: "coins" }, Object.entries(held).filter(([, amount]) => Number(amount)).map(([code, amount]) => node("span", { class: "coin" }, node("b", {}, money(amount)), ` ${code}`)))));
}

function drawRate() {
  const codes = Object.keys(state.prices).filter((code) => code !== "USDT");
  keyed($("pay-coin"), codes.map((code) => ({ key: code, look: code })), ({ key }) => node("option", { value: key }, key));
  $("pay-coin").value = coin;
  $("pay-price").textContent = `${rounded(state.prices[coin])} USDT`;
}

function drawOrders() {
  const times = Object.fromEntries(state.executions.map((row) => [row.order_id, row.times]));
  const latest = [...state.orders].reverse().slice(0, SHOWN_ORDERS);
  const rows = latest.length ? latest.map((row) => ({ row, key: row.id, look: [row, times[row.id], say("ownAccount")] })) : [{ key: "none", look: say("noConversions") }];
  keyed($("pay-orders"), rows, ({ row }) => row ? conversion(row, times[row.id]) : node("li", { class: "none" }, say("noConversions")));
}

function conversion(row, times) {
  const status = node("span", { class: `state ${{ 3: "finished", 6: "appeal" }[row.status] ?? "paid"}`, "data-testid": `pay-status-${row.id}` }, statusWord(row.status));
  return node("li", { "data-testid": `pay-order-${row.id}` },
    node("span", { class: "deal-line" }, node("time", {}, clock(row.created_at, true)), node("b", {}, `${money(row.sell_amount)} ${row.sell}`), " → ", node("b", {}, `${money(row.buy_amount)} ${row.buy}`)),
    node("span", { class: "deal-end" }, node("small", {}, `··${row.id.slice(-4)} · ${row.account === "own" ? say("ownAccount") : row.account}`), times > 1 ? node("b", { class: "again" }, `×${times}`) : null, status));
}

const statusWord = (status) => ({ 1: say("st_created"), 3: say("st_done"), 6: say("st_failed") })[status] ?? String(status);

function drawHands() {
  const button = (key, label, run) => node("button", { type: "button", class: "act small", "data-testid": `pay-${key}`, onclick: () => shared.act(run) }, label);
  $("pay-moves").replaceChildren(...MOVES.map((percent) => button(`move${percent}`, signed(percent), () => control("pay/rates", { currency: coin, percent }))));
  $("pay-acts").replaceChildren(
    button("expire", say("expireQuotes"), () => control("pay/quotes", { expire: true })),
    ...FAULTS.map(([key, body]) => button(key, say(key), () => control("pay/faults", body))));
  $("pay-repeat").replaceChildren(...REPEATS.map((mode) => node("option", { value: mode }, say(`repeat_${mode}`))));
  if (state) $("pay-repeat").value = state.repeat;
}
