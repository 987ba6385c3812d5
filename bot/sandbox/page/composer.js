// What a person writes into the phone: texts, replies, edits, files and albums.
import { $, asBase64, control } from "./dom.js";
import { say } from "./words.js";

const MOST_IN_ALBUM = 10;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif"]);

let shared, where, follow, toEnd;
let replyTo = null, editing = null;

export const composer = { start, reply, edit, drop, disable, prefill };

// `where` gives { person, chat, thread, isDirect } of the open chat.
function start(given, hands) {
  shared = given;
  ({ where, follow, toEnd } = hands);
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  $("reply-off").addEventListener("click", drop);
  $("file").addEventListener("change", (event) => attach([...event.target.files], false, event.target));
  $("document").addEventListener("change", (event) => attach([...event.target.files], true, event.target));
  $("text").addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) { event.preventDefault(); attach(files, false); }
  });
}

const place = () => {
  const { person, chat } = where();
  return { user_id: person, chat_id: chat };
};

const context = () => ({ ...(where().thread ? { thread_id: where().thread } : {}), ...(replyTo ? { reply_to: replyTo.message_id } : {}) });

function send() {
  const words = $("text").value.trim();
  if (!words) return null;
  return editing ? change(words) : write(words);
}

async function write(words) {
  const direct = where().isDirect;
  if (/^https?:\/\/t\.me\//.test(words) && direct && follow(words)) { $("text").value = ""; return; }
  const start = direct ? /^\/start(?:\s+(\S+))?$/.exec(words) : null;
  const body = start ? { ...place(), ...(start[1] ? { payload: start[1] } : {}) } : { ...place(), text: words, ...context() };
  $("text").value = "";
  drop();
  const sent = await shared.act(() => control(`telegram/act/${start ? "start" : "write"}`, body));
  if (!sent && !$("text").value) $("text").value = words;
  toEnd();
}

async function change(words) {
  const number = editing.message_id;
  drop();
  await shared.act(() => control("telegram/act/edit", { ...place(), message_id: number, text: words }));
}

// One file is a message; several are an album, pictures and films apart from other files, as in Telegram's own app.
async function attach(files, asDocuments, input) {
  const read = await Promise.all(files.map(async (file) => ({ kind: asDocuments ? "document" : kindOf(file), file_name: file.name, mime_type: file.type, base64: await asBase64(file) })));
  if (input) input.value = "";
  const caption = $("text").value.trim(), around = { ...place(), ...context() };
  if (caption && read.length) read[0].caption = caption;
  $("text").value = "";
  drop();
  for (const kinds of [["photo", "video"], ["document"]]) {
    const group = read.filter((file) => kinds.includes(file.kind));
    for (let from = 0; from < group.length; from += MOST_IN_ALBUM) {
      const part = group.slice(from, from + MOST_IN_ALBUM);
      await shared.act(() => (part.length > 1 ? control("telegram/act/album", { ...around, files: part }) : control("telegram/act/file", { ...around, ...part[0] })));
    }
  }
  toEnd();
}

const kindOf = (file) => (PICTURES.has(file.type) ? "photo" : file.type === "video/mp4" ? "video" : "document");

const summary = (row) => (row.text || row.caption || (row.media ? `[${say(`kind_${row.media.kind}`)}]` : "")).split("\n")[0];

function reply(row) {
  if (editing) $("text").value = "";
  [replyTo, editing] = [row, null];
  show("↩", row);
  $("text").placeholder = row.reply_markup?.input_field_placeholder ?? say("message");
}

function edit(row) {
  [replyTo, editing] = [null, row];
  show("✎", row);
  $("text").value = row.text ?? row.caption ?? "";
}

function show(mark, row) {
  $("replying").hidden = false;
  $("replying-to").textContent = `${mark} ${summary(row)}`;
  $("text").focus();
}

function drop() {
  if (editing) $("text").value = "";
  [replyTo, editing] = [null, null];
  $("replying").hidden = true;
  $("text").placeholder = say("message");
}

function disable(isOff) {
  for (const field of $("composer").elements) field.disabled = isOff;
}

function prefill(words) {
  $("text").value = words;
  $("text").focus();
}
