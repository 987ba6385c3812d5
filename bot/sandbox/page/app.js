// Starts the page, keeps it fresh, and holds what both sides share.
import { $, clock, control, keyed, node, setTimeZone } from "./dom.js";
import { market } from "./market.js";
import { mtpay } from "./mtpay.js";
import { otc } from "./otc.js";
import { pay } from "./pay.js";
import { phone } from "./phone.js";
import { venue } from "./venue.js";
import { pick, say, setLanguage } from "./words.js";

const LOOK_MS = 700;
const stored = (key, other) => localStorage.getItem(`sandbox-${key}`) ?? other;
const store = (key, value) => localStorage.setItem(`sandbox-${key}`, value);

const page = { scenarios: [], away: {}, running: null, language: stored("language", navigator.language.startsWith("zh") ? "zh" : "en") };

function drawTop(state) {
  for (const world of ["gate", "telegram"]) {
    const button = $(`wire-${world}`), away = Boolean(state.away[world]);
    button.setAttribute("aria-pressed", String(away));
    button.replaceChildren(node("span", { class: "dot" }), node("span", { class: "wire-name" }, say(world === "gate" ? "venueIs" : "telegramIs")), node("span", { class: "wire-state" }, ` ${say(away ? "away" : "up")}`));
  }
}

function drawStories(state) {
  keyed($("stories"), page.scenarios.map((row) => ({ ...row, key: row.name, look: [row.name, page.language, row.name === state.running] })), (row) =>
    node("button", { type: "button", class: "story", "data-testid": `scenario-${row.name}`, "aria-pressed": String(row.name === state.running), title: pick(row.watch), onclick: () => act(() => control("scenario", { name: row.name })) }, pick(row.title)));
  const heading = [...state.told].reverse().find((line) => line.heading);
  const current = page.scenarios.find((row) => heading && row.title.en === heading.en);
  $("watch").textContent = current ? pick(current.watch) : "";
  const lines = state.told.slice(state.told.lastIndexOf(heading) + 1).slice(-3);
  keyed($("told"), lines.map((line) => ({ ...line, key: `${line.at}`, look: [line.at, page.language] })), (line) =>
    node("li", { title: pick(line) }, node("time", {}, clock(line.at, true)), ` ${pick(line)}`));
}

async function act(move) {
  try {
    const done = await move();
    await look();
    return done;
  } catch (error) {
    phone.toast(error.message || say("unreachable"));
    return null;
  }
}

let looking = null;
function look() {
  looking ??= lookOnce().finally(() => { looking = null; });
  return looking;
}

async function lookOnce() {
  const state = await control("page");
  Object.assign(page, state);
  document.body.classList.remove("lost");
  drawTop(state);
  drawStories(state);
  await Promise.all([venue.look(), market.look(), pay.look(), otc.look(), mtpay.look(), phone.look()]);
}

async function keepLooking() {
  for (;;) {
    if (!document.hidden) await look().catch(() => document.body.classList.add("lost"));
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

function show(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll("[data-view-to]")) button.setAttribute("aria-pressed", String(button.dataset.viewTo === view));
}

function choose(language) {
  page.language = language;
  store("language", language);
  setLanguage(language);
  $("language").textContent = language === "zh" ? "EN" : "中";
}

function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  store("theme", name ?? "");
}

async function start() {
  choose(page.language);
  theme(stored("theme", "") || null);
  show("phone");
  for (const button of document.querySelectorAll("[data-view-to]")) button.addEventListener("click", () => show(button.dataset.viewTo));
  $("language").addEventListener("click", () => { choose(page.language === "zh" ? "en" : "zh"); phone.redraw(); venue.redraw(); market.redraw(); pay.redraw(); otc.redraw(); mtpay.redraw(); act(async () => null); });
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    theme(dark === "dark" ? "light" : "dark");
  });
  for (const world of ["gate", "telegram"]) $(`wire-${world}`).addEventListener("click", () => act(() => control(`${world}/away`, { away: !page.away[world] })));
  const world = await control("people");
  setTimeZone(world.desk.timezone);
  page.scenarios = (await control("scenarios")).scenarios;
  phone.start({ ...world, act, stored, store });
  venue.start({ act });
  market.start({ act });
  pay.start({ act });
  otc.start({ act });
  mtpay.start({ act });
  keepLooking();
}

start();
