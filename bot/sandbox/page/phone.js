// The phone: whose it is, which chat is open, what rang.
import { bubble, threadOf } from "./bubble.js";
import { composer } from "./composer.js";
import { $, control, icon, keyed, node } from "./dom.js";
import { say } from "./words.js";

const OTHERS_EVERY = 3;
const MENU = ["/orders", "/order", "/duty", "/queue", "/journal", "/staff", "/help", "/start"];

let shared, world = null, person = 1003, open = "direct", thread = null, looks = 0;
let jumpTo = null, toastTimer = null;
const kept = new Map(); // `${person}:${chat}` -> { since, rows: Map }
const seen = new Map(); // the same key -> highest message id this person has looked at
const waiting = new Set(); // taps without an answer yet: `${message}:${row}:${column}`
const prompted = new Set();

export const phone = { start, look, redraw, toast };

function start(given) {
  shared = given;
  person = Number(shared.stored("person", person));
  for (const tab of document.querySelectorAll("[data-chat]")) tab.addEventListener("click", () => choose({ chat: tab.dataset.chat }));
  composer.start(given, { where: () => ({ person, chat: chatId(), thread, isDirect: open === "direct" }), follow, toEnd });
  $("command-menu").addEventListener("click", toggleMenu);
  $("to-end").addEventListener("click", toEnd);
  $("messages").addEventListener("scroll", () => { $("to-end").hidden = isAtEnd(); });
  redraw();
}

const chatId = (chat = open, who = person) => (chat === "direct" ? who : shared.desk.id);
const box = (who, chat) => {
  const key = `${who}:${chat}`;
  if (!kept.has(key)) kept.set(key, { since: 0, rows: new Map() });
  return kept.get(key);
};
const isMember = (who = person) => {
  const desk = world?.chats.find((chat) => chat.id === shared.desk.id);
  return Boolean(desk?.members.some((member) => (member.id ?? member.user_id) === who && !["left", "kicked"].includes(member.status)));
};

async function look() {
  looks += 1;
  const all = looks === 1 || looks % OTHERS_EVERY === 0;
  const asked = [[person, open]];
  if (all) for (const other of shared.people) for (const chat of ["direct", "group"]) if (other.id !== person || chat !== open) asked.push([other.id, chat]);
  if (all || !world) world = await control("telegram/state");
  await Promise.all(asked.filter(([who, chat]) => chat === "direct" || isMember(who)).map(([who, chat]) => fetchNew(who, chat)));
  redraw();
}

async function fetchNew(who, chat) {
  const mine = box(who, chat);
  const found = await control(`telegram/chats/${chatId(chat, who)}/messages?viewer=${who}&since=${mine.since}`).catch(() => null);
  for (const row of found?.messages ?? []) {
    mine.rows.set(row.message_id, row);
    mine.since = Math.max(mine.since, row.revision ?? 0);
  }
  mine.since = Math.max(mine.since, found?.revision ?? 0);
}

const rowsOf = (who, chat) => [...(chat === "direct" || isMember(who) ? box(who, chat).rows.values() : [])].filter((row) => !row.deleted).sort((a, b) => a.message_id - b.message_id);
const isMine = (row, who) => row.from?.id === who;
const unread = (who, chat, within = () => true) => rowsOf(who, chat).filter((row) => row.message_id > (seen.get(`${who}:${chat}:${threadOf(row)}`) ?? 0) && !isMine(row, who) && !row.is_service && within(row));

function badge(rows) {
  const loud = rows.filter((row) => !row.silent).length;
  if (!rows.length) return null;
  const words = say(loud ? "rang" : "silent");
  return node("span", { class: loud ? "count loud" : "count", title: words }, loud ? icon("bell", words) : null, String(loud || rows.length));
}

function choose({ who = person, chat = open, topic = null }) {
  if (who !== person || chat !== open || topic !== thread) composer.drop();
  [person, open, thread] = [who, chat, topic];
  $("toast").hidden = true;
  $("commands").hidden = true;
  shared.store("person", String(who));
  $("messages").replaceChildren();
  redraw();
  toEnd();
  shared.act(async () => null);
}

function redraw() {
  drawPeople();
  drawTabs();
  drawTopics();
  drawMessages();
}

function drawPeople() {
  keyed($("people"), shared.people.map((one) => {
    const direct = unread(one.id, "direct");
    return { one, direct, key: one.key, look: [one.id === person, say("who_owner"), direct.length, direct.filter((row) => !row.silent).length] };
  }), ({ one, direct }) =>
    node("button", { type: "button", class: `person ${one.key}`, "data-testid": `person-${one.key}`, "aria-pressed": String(one.id === person), onclick: () => choose({ who: one.id }) },
      node("span", { class: "avatar", "aria-hidden": "true" }, initials(one.name)), node("span", { class: "person-name" }, say(`who_${one.key}`)), badge(direct)));
}

const initials = (name) => name.split(" ").map((word) => word[0]).join("").slice(0, 2);

function drawTabs() {
  for (const tab of document.querySelectorAll("[data-chat]")) {
    const group = tab.dataset.chat === "group";
    tab.setAttribute("aria-pressed", String(tab.dataset.chat === open));
    const look = badge(unread(person, tab.dataset.chat));
    tab.replaceChildren(node("b", {}, say(group ? "group" : "direct")), node("small", {}, group ? shared.desk.title : `@${shared.bot.username}`), ...(look ? [look] : []));
  }
}

function drawTopics() {
  const desk = world?.chats.find((chat) => chat.id === shared.desk.id);
  const isShown = open === "group" && isMember() && Boolean(desk?.forum ?? desk?.is_forum);
  $("topics").hidden = !isShown;
  if (!isShown) return;
  const topics = [{ thread_id: null, name: say("general") }, ...Object.values(desk.topics ?? {}).filter((topic) => threadKey(topic) !== null && !topic.deleted)];
  if (!topics.some((topic) => threadKey(topic) === thread)) thread = null; // the topic that was looked at is gone
  keyed($("topics"), topics.map((topic) => {
    const news = unread(person, "group", (row) => threadOf(row) === threadKey(topic));
    return { topic, news, key: threadKey(topic) ?? "general", look: [topic.name, threadKey(topic) === thread, news.length, topic.is_closed] };
  }), ({ topic, news }) =>
    node("button", { type: "button", class: "topic", "data-testid": `topic-${threadKey(topic) ?? "general"}`, "aria-pressed": String(threadKey(topic) === thread), onclick: () => choose({ chat: "group", topic: threadKey(topic) }) }, `# ${topic.name}`, topic.is_closed ? " 🔒" : "", badge(news)));
}

const threadKey = (topic) => (topic.thread_id === 1 ? null : topic.thread_id ?? null);

function drawMessages() {
  const list = $("messages"), wasAtEnd = isAtEnd();
  const rows = rowsOf(person, open).filter((row) => open === "direct" || threadOf(row) === thread);
  const byId = box(person, open).rows;
  const shown = albums(rows).map((album) => ({ row: album[0], album, key: album[0].message_id, look: [album, [...waiting].filter((tap) => tap.startsWith(`${album[0].message_id}:`)), say("reply"), answered(byId.get(album[0].reply_to))] }));
  if (!shown.length) shown.push({ key: "empty", look: [person, open, say("empty")] });
  const before = list.lastElementChild?.dataset.key;
  keyed(list, shown, ({ row, album }) => (row ? bubble(row, { album, mine: isMine(row, person), group: open === "group", waiting, original: byId.get(row.reply_to), tap, reply: composer.reply, edit: composer.edit, erase, link: follow, grown: keepEnd }) : nothing()));
  if (wasAtEnd || before === undefined || before === "empty") toEnd();
  drawPinned(rows);
  const last = rows.at(-1);
  if (last && !document.hidden) {
    const key = `${person}:${open}:${threadOf(last)}`;
    if (last.message_id > (seen.get(key) ?? 0)) seen.set(key, last.message_id);
    if (last.force_reply && !isMine(last, person) && !prompted.has(`${person}:${last.message_id}`)) { prompted.add(`${person}:${last.message_id}`); composer.reply(last); }
  }
  if (jumpTo !== null) jump();
  composer.disable(open === "group" && !isMember());
}

// A text that became a picture is quoted by its caption.
const answered = (row) => [row?.text, row?.caption, row?.media?.kind];

// Messages of one album stand together, as on a phone.
function albums(rows) {
  const groups = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (row.media_group_id && last?.[0].media_group_id === row.media_group_id) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

const erase = (row) => shared.act(() => control("telegram/act/delete", { user_id: person, chat_id: chatId(), message_id: row.message_id }));

// A picture that loads grows the chat: whoever was at its end stays there.
function keepEnd(event) {
  const list = $("messages");
  if (list.scrollHeight - list.scrollTop - list.clientHeight - event.target.offsetHeight < 80) toEnd();
}

function nothing() {
  const words = open === "group" && !isMember() ? "notMember" : person === 1999 ? "silence" : "empty";
  const join = words === "notMember" ? node("button", { type: "button", class: "act", "data-testid": "group-join", onclick: () => membership("join") }, say("join")) : null;
  return node("div", { class: "nothing" }, node("p", {}, say(words)), join);
}

// An owner may want to see what becomes of somebody who does not belong.
function membership(act) {
  world = null;
  return shared.act(() => control(`telegram/act/${act}`, { user_id: person, chat_id: shared.desk.id }));
}

function drawPinned(rows) {
  const pinned = [...rows].reverse().find((row) => row.pinned);
  $("pinned").hidden = !pinned;
  if (!pinned) return;
  $("pinned").replaceChildren(icon("pin"), ` ${(pinned.text ?? pinned.caption ?? "").split("\n")[0]}`);
  $("pinned").onclick = () => { jumpTo = pinned.message_id; jump(); };
}

function jump() {
  const target = $("messages").querySelector(`[data-key="${Number(jumpTo)}"]`);
  if (!target) return;
  jumpTo = null;
  target.scrollIntoView({ block: "center" });
  target.classList.add("flash");
  setTimeout(() => target.classList.remove("flash"), 1500);
}

const isAtEnd = () => { const list = $("messages"); return list.scrollHeight - list.scrollTop - list.clientHeight < 60; };
function toEnd() { const list = $("messages"); list.scrollTop = list.scrollHeight; $("to-end").hidden = true; }

async function tap(row, button, place) {
  if (button.kind === "copy") return copy(button.data ?? button.copy ?? button.text);
  if (button.kind === "url") return follow(button.data ?? button.url) || window.open(button.data ?? button.url, "_blank", "noopener");
  const mark = `${row.message_id}:${place.row}:${place.column}`;
  if (waiting.has(mark)) return null;
  waiting.add(mark);
  redraw();
  const sent = await shared.act(() => control("telegram/act/tap", { user_id: person, chat_id: chatId(), message_id: row.message_id, ...place }));
  const answer = sent ? await answerTo(sent.callback_id, mark) : null;
  waiting.delete(mark);
  redraw();
  if (answer?.text) answer.alert ? alertWith(answer.text) : toast(answer.text);
  else if (sent && !answer) toast(say("noAnswer"));
  return shared.act(async () => null);
}

async function answerTo(id) {
  for (let tries = 0; tries < 40; tries += 1) {
    const found = await control(`telegram/callbacks/${id}`).catch(() => null);
    if (found?.answered) return found;
    await new Promise((done) => setTimeout(done, tries < 10 ? 80 : 300));
  }
  return null;
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch { /* shown all the same: a phone without the permission */ }
  toast(`${say("copied")}: ${text}`);
}

// Links that mean something inside this Telegram; true when it was one.
function follow(href) {
  if (href.startsWith("/")) { composer.prefill(`${href} `); return true; }
  const invite = /^https?:\/\/t\.me\/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]+)$/.exec(href);
  if (invite && invite[1] === shared.bot.username) {
    choose({ chat: "direct" });
    shared.act(() => control("telegram/act/start", { user_id: person, chat_id: person, payload: invite[2] }));
    return true;
  }
  const place = /^https?:\/\/t\.me\/c\/(\d+)\/(?:(\d+)\/)?(\d+)/.exec(href);
  if (!place || `-100${place[1]}` !== String(shared.desk.id)) return false;
  const row = box(person, "group").rows.get(Number(place[3]));
  choose({ chat: "group", topic: row ? threadOf(row) : place[2] ? Number(place[2]) : null });
  jumpTo = Number(place[3]);
  jump();
  return true;
}

function toggleMenu() {
  const menu = $("commands");
  menu.hidden = !menu.hidden;
  if (menu.hidden) return;
  const listed = commandsFor();
  menu.replaceChildren(...listed.map(([name, words]) => node("button", { type: "button", onclick: () => { menu.hidden = true; composer.prefill(`${name} `); } }, node("b", {}, name), words ? ` ${words}` : "")), languageSwitch(), leaving() ?? "");
}

function leaving() {
  const isGuest = shared.people.find((one) => one.id === person)?.key === "stranger" && isMember();
  return isGuest ? node("button", { type: "button", "data-testid": "group-leave", onclick: () => { $("commands").hidden = true; membership("leave"); } }, say("leave")) : null;
}

// The language of this person's Telegram, which the bot may follow.
function languageSwitch() {
  const user = world?.users.find((one) => one.id === person);
  const other = user?.language_code === "zh" ? "en" : "zh";
  const body = { ...user, language_code: other };
  return node("button", { type: "button", "data-testid": "person-language", onclick: () => { $("commands").hidden = true; world = null; shared.act(() => control("telegram/users", body)); } }, `${say("personLanguage")} · ${user?.language_code ?? "en"} → ${other}`);
}

// What the bot has set for this person, else the usual ones.
function commandsFor() {
  const set = world?.bot?.menus?.[person] ?? world?.bot?.commands ?? [];
  const rows = Array.isArray(set) ? set.map((row) => [`/${row.command}`, row.description]) : [];
  return rows.length ? rows : MENU.map((name) => [name, ""]);
}

function toast(text) {
  const shown = $("toast");
  shown.textContent = text;
  shown.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { shown.hidden = true; }, 4500);
}

function alertWith(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}
