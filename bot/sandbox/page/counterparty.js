// The counterparty's side of one order: the chat as they see it, what they say, send and do.
import { $, asBase64, clock, control, keyed, node } from "./dom.js";
import { say, status } from "./words.js";

const LIVE = new Set(["OPEN", "PAID", "LOCKED", "TEMP"]);
const SENDS = [
  ["sendReceipt", "file", { sample: "receipt" }],
  ["sendOtherReceipt", "file", { sample: "receipt-2" }],
  ["sendFilm", "file", { sample: "film" }],
  ["sharePayment", "share_payment", {}],
];
const ODD_SENDS = [
  ["shareOrder", "share_order", {}],
  ["template", "template", {}],
  ["venueNotice", "notice", { text: "Do not trade outside the platform." }],
  ["fakeFile", "file", { url: "http://169.254.0.1/receipt.png" }],
  ["cutFile", "file", { sample: "receipt", fault: { kind: "truncated", to: "cut", times: 1 } }],
];

let shared, row = null;

export const isLive = (order) => LIVE.has(order.status_raw);
export const money = (text) => String(text).replace(/^(\d+)(\.\d+)?$/, (_, whole, rest) => whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ?? ""));
export const counterparty = { start, draw };

function start(given) {
  shared = given;
  $("buyer-form").addEventListener("submit", (event) => { event.preventDefault(); write(); });
  new ResizeObserver(() => { $("buyer-chat").scrollTop = $("buyer-chat").scrollHeight; }).observe($("buyer-chat"));
  $("buyer-file").addEventListener("change", (event) => shared.act(() => sendFile(event.target)));
}

function draw(order) {
  row = order;
  $("buyer").classList.toggle("no-order", !row);
  $("buyer-name").textContent = row ? `${row.counterparty.name} · ${String(row.id).slice(-4)}` : "";
  $("buyer-status").className = `state ${row ? (row.in_appeal ? "appeal" : row.status) : ""}`;
  $("buyer-status").textContent = row ? (row.in_appeal ? say("inAppeal") : status(row.status)) : "";
  $("buyer-deal").textContent = row ? `${say(row.side === "sell" ? "sells" : "buys")} ${money(row.amount)} ${row.asset} ${say("at")} ${row.price} = ${money(row.total)} ${row.fiat}${row.status_raw === "OPEN" ? ` · ${say("payUntil")} ${clock(row.deadline)}` : ""}` : say("noOrders");
  drawChat();
  for (const [id, list] of [["buyer-sends", sends(SENDS)], ["buyer-acts", acts()], ["odd-acts", [...sends(ODD_SENDS), ...oddActs()]]]) {
    keyed($(id), list.map((act) => ({ ...act, look: [act.key, act.off, row?.id, say(act.key)] })), button);
  }
  for (const field of $("buyer-form").elements) field.disabled = !row;
}

function drawChat() {
  const box = $("buyer-chat"), atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const before = box.lastElementChild?.dataset.key?.split("-")[0];
  keyed(box, (row?.chat ?? []).map((said, index) => ({ said, key: `${row.id}-${index}`, look: [said, say("author_system")] })), ({ said }) => line(said));
  if (atEnd || before !== String(row?.id)) box.scrollTop = box.scrollHeight;
}

function line(said) {
  const author = said.from === "counterparty" ? row.counterparty.name : say(said.from === "desk" ? (said.via_api ? "author_bot" : "author_app") : "author_system");
  return node("div", { class: `bubble ${said.from}`, "data-kind": said.kind },
    node("b", { class: "author" }, author), medium(said), (said.pictures ?? []).map((name) => image(name)),
    node("span", { class: "words" }, words(said)),
    node("span", { class: "meta" }, said.flagged ? node("span", { class: "flag" }, say("flagged")) : null, node("time", {}, clock(said.at))));
}

const at = (name) => `/control/gate/files/${name}`;
const image = (name) => node("a", { href: at(name), target: "_blank", rel: "noopener" }, node("img", { src: at(name), alt: say("picture"), onload: keepEnd }));

function medium(said) {
  if (!said.name) return null;
  if (said.path.startsWith("http")) return node("span", { class: "strange-link" }, said.path);
  return said.kind === "video" ? node("video", { src: at(said.name), controls: true, preload: "metadata" }) : image(said.name);
}

// A picture that loads grows the chat: whoever was at its end stays there.
function keepEnd(event) {
  const box = $("buyer-chat");
  if (box.scrollHeight - box.scrollTop - box.clientHeight - event.target.offsetHeight < 80) box.scrollTop = box.scrollHeight;
}

function words(said) {
  if (["image", "video"].includes(said.kind)) return "";
  if (["payment", "template", "order", "raw"].includes(said.kind)) return `[${say(`kind_${said.kind}`)}] ${said.text}`;
  return said.text;
}

const send = (act, body = {}) => () => control(`gate/orders/${row.id}/${act}`, body);
const sends = (list) => list.map(([key, act, body]) => ({ key, off: !row, run: send(act, body) }));

function acts() {
  const live = Boolean(row) && isLive(row), selling = row?.side !== "buy";
  const unpaid = live && row.status_raw === "OPEN", paid = live && !unpaid;
  return [
    ...(selling
      ? [{ key: "pay", off: !unpaid, run: send("pay"), kind: "primary" }, { key: "payVoucher", off: !unpaid, run: send("pay", { sample: "receipt" }) }]
      : [{ key: "release", off: !paid, run: send("release"), kind: "primary" }]),
    { key: "cancel", off: !(live && (selling || unpaid)), run: send("cancel") },
    { key: "appeal", off: !paid || row.in_appeal, run: send("appeal", { is_show_receive: 1 }) },
  ];
}

function oddActs() {
  const live = Boolean(row) && isLive(row), unpaid = live && row.status_raw === "OPEN";
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
  if (!text || !row) return;
  $("buyer-text").value = "";
  const sent = await shared.act(send("write", { text }));
  if (!sent && !$("buyer-text").value) $("buyer-text").value = text;
}

async function sendFile(input) {
  const file = input.files[0];
  if (!file || !row) return null;
  const body = { content_type: file.type || "image/png", base64: await asBase64(file) };
  input.value = "";
  return send("file", body)();
}
