// Draw messages: who, when, what, replies, reactions. A list keeps the nodes of messages that have not changed.

import { blocks } from "./blocks.js";
import { avatar, h, icon } from "./dom.js";
import { values } from "./elements.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { store } from "./store.js";

const TOGETHER_SECONDS = 300;

export class MessageList {
  constructor({ label, onThread = null }) {
    this.node = h("ol", { class: onThread ? "messages" : "messages from-top", "aria-label": label, role: "log", "aria-live": "polite", tabindex: 0 });
    this.onThread = onThread;
    this.drawn = new Map();
    this.pinned = true;
    // Stay at the end while pictures arrive and the window changes, unless the reader has scrolled up.
    this.node.addEventListener("scroll", () => (this.pinned = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 80));
    this.node.addEventListener("load", () => this.#follow(), true);
    new ResizeObserver(() => this.#follow()).observe(this.node);
  }

  #follow() {
    if (this.pinned) this.node.scrollTop = this.node.scrollHeight;
  }

  // Show these messages, oldest first, with a line before each day where `days` is wanted.
  show(messages, { days = true } = {}) {
    const rows = [];
    let before = null;
    for (const message of messages) {
      const day = dayOf(message);
      if (days && (!before || dayOf(before) !== day)) rows.push(h("li", { class: "day", role: "separator" }, h("span", {}, day)));
      rows.push(this.#row(message, together(before, message) && days));
      before = message;
    }
    this.drawn = new Map(messages.map((message) => [message.ts, this.drawn.get(message.ts)]));
    reconcile(this.node, rows);
    this.#follow();
  }

  #row(message, compact) {
    const key = JSON.stringify([message, compact, store.me]);
    const known = this.drawn.get(message.ts);
    if (known?.key === key) return known.node;
    const node = draw(message, compact, this.onThread);
    this.drawn.set(message.ts, { key, node });
    return node;
  }
}

function reconcile(parent, rows) {
  rows.forEach((row, n) => {
    if (parent.children[n] !== row) parent.insertBefore(row, parent.children[n] ?? null);
  });
  while (parent.children.length > rows.length) parent.lastChild.remove();
}

function together(before, message) {
  return before && before.user === message.user && !before.whisper && !message.whisper && !before.reply_count
    && message.ts - before.ts < TOGETHER_SECONDS && before.subtype !== "tombstone";
}

function draw(message, compact, onThread) {
  const user = store.users.get(message.user) ?? { id: message.user, name: "unknown", real_name: "Unknown" };
  const host = { press: (block, action, chosen) => store.act("press", { channel: message.channel, ts: message.ts, block, action, chosen,
    state: values(node) }) };
  const node = h("li", { class: `message${compact ? " compact" : ""}${message.whisper ? " whisper" : ""}${message.pings.length ? " pinged" : ""}`,
    "data-testid": "message", "data-ts": message.ts, "data-user": user.name, tabindex: -1 },
  h("div", { class: "gutter" }, compact ? h("time", { class: "time" }, clock(message)) : avatar(user)),
  h("div", { class: "content" }, message.whisper ? whisper(message) : null, compact ? null : head(message, user), body(message, host),
    (message.files ?? []).map(file), reactions(message), onThread && message.reply_count ? replies(message, onThread) : null),
  message.whisper || message.subtype === "tombstone" ? null : tools(message, onThread));
  return node;
}

function head(message, user) {
  return h("div", { class: "head" }, h("span", { class: "who" }, user.real_name),
    user.bot ? h("span", { class: "tag" }, "App") : h("span", { class: "handle" }, `@${user.name}`),
    user.external ? h("span", { class: "tag warn" }, "External") : null, user.guest ? h("span", { class: "tag warn" }, "Guest") : null,
    h("time", { class: "time", title: full(message) }, clock(message)));
}

function whisper(message) {
  return h("div", { class: "only-you", "data-testid": "only-you" }, icon("eye"), "Only visible to you",
    h("button", { type: "button", class: "link", onclick: () => store.act("dismiss", { channel: message.channel, ts: message.ts }) }, "Dismiss"));
}

function body(message, host) {
  const parts = message.blocks?.length ? blocks(message.blocks, host) : message.text ? [h("div", { class: "prose" }, mrkdwn(message.text))] : [];
  return h("div", { class: "body", "data-testid": "message-body" }, parts,
    message.edited && !message.blocks?.length ? h("span", { class: "muted small" }, " (edited)") : null);
}

function file(found) {
  const url = store.fileUrl(found.id);
  const size = found.size < 1024 ? `${found.size} B` : `${(found.size / 1024).toFixed(1)} KB`;
  if (found.mimetype.startsWith("image/")) {
    return h("figure", { class: "file-picture" }, h("figcaption", {}, found.title),
      h("a", { href: url, target: "_blank", rel: "noopener", class: "zoom" }, h("img", { src: url, alt: found.title, class: "wide", "data-testid": "image" })));
  }
  return h("a", { class: "file", href: url, download: found.name, "data-testid": "file" }, icon("file"),
    h("span", {}, h("strong", {}, found.title), h("small", {}, `${found.pretty_type} · ${size} · Download`)));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map(({ name, users, count }) =>
    h("button", { type: "button", class: `reaction${users.includes(store.me) ? " mine" : ""}`, "data-testid": `reaction-${name}`,
      "aria-pressed": users.includes(store.me), title: users.map((user) => store.users.get(user)?.real_name ?? user).join(", "),
      onclick: () => react(message, name) }, emoji(name), String(count))));
}

function replies(message, onThread) {
  const people = message.reply_users.slice(0, 3).map((user) => store.users.get(user)).filter(Boolean);
  const word = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h("button", { type: "button", class: "replies", "data-testid": "open-thread", onclick: () => onThread(message.ts) },
    people.map(avatar), h("strong", {}, word), h("span", { class: "muted" }, `Last ${clock({ ts: message.latest_reply })}`));
}

function tools(message, onThread) {
  const tool = (label, name, testid, act) => h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, "data-testid": testid,
    onclick: act }, icon(name));
  return h("div", { class: "tools", role: "group", "aria-label": "Message actions" },
    tool("Thumbs up", "up", "react-up", () => react(message, "+1")), tool("Thumbs down", "down", "react-down", () => react(message, "-1")),
    onThread ? tool("Reply in thread", "reply", "reply-in-thread", () => onThread(message.thread_ts ?? message.ts)) : null);
}

function react(message, name) {
  return store.act("react", { channel: message.channel, ts: message.ts, name });
}

function format(message, options, locale = "en") {
  return new Intl.DateTimeFormat(locale, { timeZone: store.overview.zone, ...options }).format(new Date(message.ts * 1000));
}

const clock = (message) => format(message, { hour: "numeric", minute: "2-digit" });
const dayOf = (message) => format(message, { weekday: "long", month: "long", day: "numeric" }, "en-GB").replace(",", "");
const full = (message) => format(message, { dateStyle: "full", timeStyle: "long" });
