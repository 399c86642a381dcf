// The page: which channel and thread are open, and what happens when something changes.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { avatar, h, icon, toast } from "./dom.js";
import { values } from "./elements.js";
import { MessageList } from "./messages.js";
import { refreshModal } from "./modal.js";
import { sidebar } from "./sidebar.js";
import { store } from "./store.js";

const app = document.getElementById("app");
const side = document.getElementById("side");
const main = document.getElementById("main");
const panel = document.getElementById("thread");
const open = { channel: "", thread: "", tab: "messages", list: null, replies: null, composer: null };

// -- drawing

function drawSide() {
  const focused = document.activeElement?.dataset?.testid;
  side.replaceChildren(...sidebar({ current: open.channel, onOpen: openChannel, onPersona: become }));
  if (focused) side.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  document.title = `${place()?.im ? store.overview.bot.real_name : `#${place()?.name ?? ""}`} · ${store.overview.team.name}`;
}

const place = () => store.channels.get(open.channel);

function drawMain() {
  const channel = place();
  if (!channel) {
    main.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "Nothing to see here yet"),
      h("p", {}, "This person is in no channel. Switch to somebody else on the left, or write to Ana directly.")));
    return;
  }
  open.list = new MessageList({ label: `Messages in ${channel.name}`, onThread: openThread });
  const { bot, shortcuts } = store.overview;
  const ask = { label: `@${bot.name}`, text: `@${bot.name} ` };
  const quick = shortcuts.map(([label, text]) => ({ label, text, now: true }));
  open.composer = composer({
    testid: "composer", label: `Message ${channel.im ? bot.real_name : `#${channel.name}`}`,
    placeholder: channel.im ? `Ask ${bot.real_name} a question` : `Message #${channel.name}, or @${bot.name} and a question`,
    chips: channel.im ? quick : [ask, ...quick], onSend: (text) => say(text),
  });
  const home = open.tab === "home" ? homeTab() : null;
  main.replaceChildren(header(channel), home ?? open.list.node, h("div", { class: "nothing", id: "nothing" }), home ? "" : open.composer.node);
}

function header(channel) {
  const { bot, as_of: asOf } = store.overview;
  const name = channel.im ? [avatar({ ...bot, bot: true }), bot.real_name] : [icon(channel.private ? "lock" : "hash"), channel.name];
  const tab = (key, label) => h("button", { type: "button", role: "tab", "aria-selected": String(open.tab === key), class: "tab", "data-testid": `tab-${key}`,
    onclick: () => openChannel(channel.id, { tab: key }) }, label);
  return h("header", { class: "top" },
    h("button", { type: "button", class: "icon-button burger", "aria-label": "Show channels", onclick: () => app.classList.toggle("side-open") }, icon("menu")),
    h("div", { class: "title" }, h("h2", { "data-testid": "channel-title" }, name),
      channel.external ? h("span", { class: "tag warn" }, "Shared with another company") : null,
      channel.im ? h("div", { role: "tablist", class: "tabs" }, tab("messages", "Messages"), tab("home", "Home")) : null,
      h("p", { class: "purpose" }, channel.im ? "Direct message. No mention needed." : channel.purpose)),
    channel.im ? null : h("span", { class: "pill", title: `${channel.members} members` }, icon("people"), String(channel.members)),
    asOf ? h("span", { class: "pill as-of", "data-testid": "as-of", title: "The business date: everything is answered as of then" }, icon("calendar"), asOf) : null);
}

function homeTab() {
  const { home } = store.overview;
  const node = h("div", { class: "home" });
  if (!home) return node; // the app hears that somebody looks, and writes it
  const host = { press: (block, action, chosen) => store.act("press", { view: home.id, block, action, chosen, state: values(node) }) };
  node.append(...blocks(home.blocks, host));
  return node;
}

function emptyState(channel) {
  const { bot } = store.overview;
  if (channel.im) {
    return h("div", { class: "empty", "data-testid": "empty" }, avatar({ ...bot, bot: true }), h("h2", {}, `Talk to ${bot.real_name}`),
      h("p", {}, "Ask a question in your own words. Only you see the answers here."));
  }
  if (!channel.has_bot) {
    return h("div", { class: "empty", "data-testid": "empty" }, h("h2", {}, `${bot.real_name} is not in #${channel.name} yet`), h("p", {}, "Add her, and she says hello."),
      h("button", { type: "button", class: "button primary", "data-testid": "invite", onclick: () => store.act("invite", { channel: channel.id }) }, `Add ${bot.real_name}`));
  }
  return h("div", { class: "empty", "data-testid": "empty" }, avatar({ ...bot, bot: true }), h("h2", {}, `This is #${channel.name}`), h("p", {}, channel.purpose),
    h("p", {}, "Ask the first question: write ", h("strong", {}, `@${bot.name}`), " and what you want to know."),
    h("button", { type: "button", class: "button primary", "data-testid": "ask", onclick: () => open.composer.start(`@${bot.name} `) }, `Ask ${bot.real_name}`));
}

async function showMessages() {
  const channel = place();
  if (!channel) return;
  const { me } = store;
  const { messages } = await store.get("messages", { channel: channel.id });
  if (me !== store.me || channel.id !== open.channel || open.tab === "home") return;
  open.list.show(messages);
  open.list.node.hidden = !messages.length;
  const nothing = document.getElementById("nothing");
  nothing.hidden = Boolean(messages.length);
  nothing.replaceChildren(messages.length ? "" : emptyState(channel));
}

async function showThread() {
  if (!open.thread) return;
  const { thread, channel } = open;
  const { me } = store;
  const { messages } = await store.get("messages", { channel, thread });
  if (me === store.me && thread === open.thread && channel === open.channel) open.replies.show(messages, { days: false });
}

// -- moving about

async function openChannel(id, { thread = "", tab = "messages" } = {}) {
  Object.assign(open, { channel: store.channels.has(id) ? id : firstRoom(), tab });
  closeThread();
  app.classList.remove("side-open");
  const channel = place();
  if (channel) history.replaceState(null, "", `/#/${channel.im ? `@${store.overview.bot.name}` : channel.name}`);
  drawMain();
  drawSide();
  if (!channel) return;
  await showMessages();
  if (thread) openThread(thread);
  open.composer.focus();
  await store.act("look", { channel: channel.id, tab });
  await store.refresh();
}

function firstRoom() {
  return store.overview.starts_in || imOf() || "";
}

async function openThread(ts) {
  if (open.thread === ts) return;
  open.thread = ts;
  open.replies = new MessageList({ label: "Thread" });
  const box = composer({ testid: "thread-composer", label: "Reply in this thread", placeholder: `Reply, or @${store.overview.bot.name} to refine`, commands: false,
    onSend: (text) => say(text, ts) });
  const name = place().im ? store.overview.bot.real_name : `#${place().name}`;
  panel.replaceChildren(h("header", { class: "top" }, h("div", { class: "title" }, h("h2", {}, "Thread"), h("p", { class: "purpose" }, name)),
    h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", "data-testid": "close-thread", onclick: closeThread }, icon("close"))),
  open.replies.node, box.node);
  panel.hidden = false;
  app.classList.add("with-thread");
  await showThread();
  box.focus();
}

function closeThread() {
  open.thread = "";
  panel.hidden = true;
  panel.replaceChildren();
  app.classList.remove("with-thread");
}

async function say(text, thread = "") {
  const { channel } = open;
  const done = await store.act("say", { channel, text, thread });
  if (!done) return false;
  await Promise.all([showMessages(), showThread()]);
  // An answer comes into the thread of its question: have it open already.
  const called = new RegExp(`@${store.overview.bot.name}\\b`, "i").test(text);
  if (done.ts && called && !thread && !place().im && channel === open.channel) await openThread(done.ts);
  return true;
}

async function become(user) {
  const before = open.channel;
  closeThread();
  await store.become(user);
  await openChannel(store.channels.has(before) && !store.channels.get(before).im ? before : place() ? firstRoom() : imOf() ?? firstRoom());
  await refreshModal();
}

const imOf = () => [...store.channels.values()].find((channel) => channel.im)?.id;

// -- news

let pending = null;

function soon() {
  pending ??= setTimeout(async () => {
    pending = null;
    await Promise.all([store.refresh(), showMessages(), showThread()]).catch(() => toast("That channel is no longer yours to see."));
  }, 30);
}

store.addEventListener("news", ({ detail }) => {
  if (detail.kind === "view") {
    refreshModal();
    store.refresh().then(() => open.tab === "home" && drawMain());
    return;
  }
  if (detail.channel === open.channel && document.visibilityState === "visible") store.act("read", { channel: open.channel });
  if (detail.kind === "members") store.refresh().then(drawMain);
  soon();
});

store.addEventListener("live", ({ detail }) => {
  document.body.classList.toggle("offline", !detail.on);
  if (detail.on) {
    soon();
    refreshModal();
  }
});

store.addEventListener("overview", drawSide);
window.addEventListener("hashchange", () => openChannel(wanted().channel));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open.thread && !document.querySelector("dialog[open]")) closeThread();
});

// -- starting: /#/channel-name, /#/@ana, or a permalink /archives/C…/p…

function wanted() {
  const link = location.pathname.match(/^\/archives\/(\w+)\/p(\d{10})(\d{6})$/);
  if (link) return { channel: link[1], thread: new URLSearchParams(location.search).get("thread_ts") ?? `${link[2]}.${link[3]}` };
  const name = decodeURIComponent(location.hash.slice(2));
  const named = [...store.channels.values()].find((channel) => (channel.im ? name.startsWith("@") : channel.name === name));
  return { channel: named?.id ?? "", thread: "" };
}

async function start() {
  const people = (await (await fetch("/page/people")).json()).users;
  const asked = new URLSearchParams(location.search).get("as");
  const known = people.find((user) => [asked, localStorage.getItem("as")].includes(user.id) || user.name === asked);
  await store.become((people.find((user) => user.name === asked) ?? known ?? people[0]).id);
  const { channel, thread } = wanted();
  await openChannel(channel, { thread });
  document.body.dataset.ready = "true";
}

start();
