// Building nodes without ever pasting text into markup, and the control API's wire.
export const $ = (id) => document.getElementById(id);

export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const STROKES = {
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.6 1.9H4.4zM10 21h4",
  "bell-off": "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.6 1.9H4.4zM10 21h4M4 3l17 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  link: "M8 16 17 7M9 7h8v8",
  pin: "M9 3h6l-1 6 4 4H6l4-4zM12 13v8",
  file: "M6 2h8l4 4v16H6zM14 2v4h4",
};

// Drawn, not typed: a machine without an emoji font shows them, too.
export function icon(name, label = null) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${name}`);
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

// Keeps the children that did not change, so that focus, scroll and a click in flight survive a poll.
export function keyed(parent, rows, build) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = parent.firstElementChild;
  for (const row of rows) {
    const signature = JSON.stringify(row.look ?? row);
    let child = old.get(String(row.key));
    if (!child || child.signature !== signature) {
      const fresh = build(row);
      fresh.dataset.key = row.key;
      fresh.signature = signature;
      if (child) {
        const hadFocus = child.contains(document.activeElement) ? document.activeElement.textContent : null;
        if (before === child) before = fresh;
        child.replaceWith(fresh);
        if (hadFocus) [...fresh.querySelectorAll("button")].find((b) => b.textContent === hadFocus)?.focus();
      }
      child = fresh;
    }
    old.delete(String(row.key));
    if (child === before) before = child.nextElementSibling;
    else parent.insertBefore(child, before);
  }
  for (const gone of old.values()) gone.remove();
}

export async function control(path, body, method) {
  const answer = await fetch(`/control/${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(20000),
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error ?? `${answer.status}`);
  return found;
}

export const asBase64 = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });

let timeZone; // the desk's: clocks of the page agree with those on the cards, wherever the browser is
export const setTimeZone = (name) => { timeZone = name; };

export const clock = (seconds, withSeconds = false) =>
  seconds
    ? new Date(seconds * 1000).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: withSeconds ? "2-digit" : undefined })
    : "";

const ALLOWED = new Set(["B", "STRONG", "I", "EM", "U", "INS", "S", "STRIKE", "DEL", "CODE", "PRE", "BLOCKQUOTE", "TG-SPOILER", "TG-EMOJI", "TG-TIME", "TIME", "SPAN", "BR", "A"]);

// Telegram's few tags, rebuilt one by one: whatever else stands in the text stays text.
export function formatted(html, onLink) {
  const from = document.createElement("template"); // inert: nothing in it loads or runs
  from.innerHTML = html;
  const into = document.createDocumentFragment();
  rebuild(from.content, into, onLink);
  return into;
}

function rebuild(from, into, onLink) {
  for (const child of from.childNodes) {
    const opens = child.previousSibling?.nodeName === "BLOCKQUOTE"; // whose end is a line break already
    if (child.nodeType === Node.TEXT_NODE) into.append(opens ? child.data.replace(/^\n/, "") : child.data);
    else if (child.nodeType === Node.ELEMENT_NODE) {
      const made = ALLOWED.has(child.tagName) ? rebuilt(child, onLink) : document.createDocumentFragment();
      rebuild(child, made, onLink);
      into.append(made);
    }
  }
}

function rebuilt(child, onLink) {
  const tag = child.tagName.toLowerCase();
  if (tag === "a") return link(child.getAttribute("href") ?? "", onLink);
  if (tag === "span" && child.className === "command") {
    return node("a", { href: "#", class: "command", onclick: (event) => { event.preventDefault(); onLink(child.textContent); } });
  }
  if (tag === "tg-spoiler" || (tag === "span" && /spoiler/.test(child.className))) {
    return node("span", { class: "spoiler", tabindex: 0, role: "button", onclick: (event) => event.currentTarget.classList.add("shown") });
  }
  const opens = tag === "blockquote" && child.hasAttribute("expandable");
  return node(tag, opens ? { class: "expandable", onclick: (event) => event.currentTarget.classList.toggle("shown") } : {});
}

export function link(href, onLink) {
  const safe = /^(https?:|tg:|mailto:)/i.test(href) ? href : null;
  return node("a", { href: safe, target: "_blank", rel: "noopener noreferrer", onclick: (event) => { if (safe && onLink(safe)) event.preventDefault(); } });
}
