// One message as the viewer sees it.
import { clock, formatted, icon, node } from "./dom.js";
import { say } from "./words.js";

export const threadOf = (row) => (row.thread_id && row.thread_id !== 1 ? row.thread_id : null);

export function bubble(row, how) {
  const box = node("div", { class: `row ${how.mine ? "mine" : ""} ${row.is_service ? "service" : ""}`, "data-testid": `message-${row.message_id}` });
  if (row.is_service) {
    box.append(node("span", { class: "service-words" }, row.text ?? serviceWords(row)));
    return box;
  }
  const body = node("div", { class: `bubble ${row.from?.is_bot ? "bot" : ""}` });
  if (how.group && !how.mine) body.append(node("b", { class: "sender" }, name(row.from)));
  if (how.original) body.append(node("div", { class: "quote" }, firstLine(how.original)));
  const album = how.album ?? [row];
  if (album.length > 1) body.append(gallery(album, how));
  else body.append(...media(row.media, how));
  for (const one of album) if (one.html || one.text || one.caption) body.append(node("div", { class: "words" }, one.html ? formatted(one.html, how.link) : one.text ?? one.caption));
  body.append(foot(row, how));
  box.append(body, ...keyboard(row, how));
  return box;
}

const name = (from) => (from ? [from.first_name ?? from.title ?? from.name, from.last_name].filter(Boolean).join(" ") : "");
const firstLine = (row) => (row.text || row.caption || (row.media ? `[${say(`kind_${row.media.kind}`)}]` : "…")).split("\n")[0].slice(0, 60);

// What Telegram says by itself, in few words; an unknown kind shows its own name.
function serviceWords(row) {
  const [kind, facts] = Object.entries(row.service ?? {})[0] ?? ["", null];
  const names = (list) => list.map(name).join(", ");
  switch (kind) {
    case "forum_topic_created": return `# ${facts.name}`;
    case "forum_topic_edited": return `# ${facts.name ?? ""}`;
    case "pinned_message": return say("pinnedOne");
    case "new_chat_members": return `+ ${names(facts)}`;
    case "left_chat_member": return `− ${name(facts)}`;
    case "migrate_to_chat_id": return `→ ${facts}`;
    default: return kind.replaceAll("_", " ");
  }
}

function gallery(album, how) {
  const items = album.map((one, place) => node("div", { class: "item", "data-testid": place ? `message-${one.message_id}` : null }, media(one.media, how)));
  return node("div", { class: `gallery ${album[0].media?.kind === "document" ? "files" : ""}` }, items);
}

function media(found, how) {
  if (!found) return [];
  if (found.kind === "photo") return [node("a", { href: found.url, target: "_blank", rel: "noopener" }, node("img", { src: found.url, alt: found.file_name ?? "photo", onload: how.grown }))];
  if (found.kind === "video") return [node("video", { src: found.url, controls: true, preload: "metadata", onloadedmetadata: how.grown })];
  return [node("a", { class: "file", href: found.url, target: "_blank", rel: "noopener", download: found.file_name ?? "file" }, icon("file"), ` ${found.file_name ?? found.kind}`, node("small", {}, ` ${size(found.size)}`))];
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function foot(row, how) {
  const bits = [];
  for (const reaction of row.reactions ?? []) bits.push(node("span", { class: "reaction" }, reaction.emoji ?? reaction));
  if (row.edited) bits.push(say("edited"), " ");
  if (row.from?.is_bot) bits.push(node("span", { class: row.silent ? "ring-mark off" : "ring-mark", title: say(row.silent ? "silent" : "rang"), "data-rang": String(!row.silent) }, icon(row.silent ? "bell-off" : "bell", say(row.silent ? "silent" : "rang"))));
  if (row.pinned) bits.push(icon("pin"));
  bits.push(node("time", {}, clock(row.date)));
  const tool = (key, sign, run) => node("button", { type: "button", class: "reply", "data-testid": `${key}-${row.message_id}`, "aria-label": say(key), title: say(key), onclick: run }, sign);
  const own = how.mine ? [row.text !== null || row.media ? tool("edit", "✎", () => how.edit(row)) : null, tool("erase", "✕", () => how.erase(row))] : [];
  return node("div", { class: "foot" }, node("span", { class: "hands" }, tool("reply", "↩", () => how.reply(row)), own), bits);
}

function keyboard(row, how) {
  if (!row.buttons?.length) return [];
  const rows = row.buttons.map((buttons, line) => node("div", { class: "button-row" }, buttons.map((button, column) => {
    const busy = how.waiting.has(`${row.message_id}:${line}:${column}`);
    const mark = button.text.includes("↗") ? null : { copy: "copy", url: "link" }[button.kind];
    return node("button", { type: "button", class: `key ${button.style ?? ""} ${busy ? "busy" : ""}`, "data-kind": button.kind, "aria-busy": busy ? "true" : null, onclick: () => how.tap(row, button, { row: line, column }) },
      mark ? icon(mark) : null, button.text);
  })));
  return [node("div", { class: "keyboard" }, rows)];
}
