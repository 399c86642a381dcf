// Where one writes: Enter sends, Shift+Enter breaks the line, "@" offers names and "/" offers commands.

import { avatar, h, icon } from "./dom.js";
import { store } from "./store.js";

let serial = 0;

export function composer({ testid, label, placeholder, onSend, commands = true, chips = [] }) {
  const list = h("ul", { class: "suggestions", role: "listbox", id: `suggest-${++serial}`, "aria-label": "Suggestions", hidden: true });
  const area = h("textarea", { rows: 1, placeholder, "aria-label": label, "data-testid": testid, "aria-controls": list.id, "aria-autocomplete": "list",
    spellcheck: "true", maxlength: 40000 });
  const send = h("button", { type: "submit", class: "send", "aria-label": "Send", "data-testid": testid === "composer" ? "send" : `${testid}-send` }, icon("send"));
  const state = { list, area, commands, offers: [], at: 0 };

  async function submit(event) {
    event?.preventDefault();
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    grow();
    if (!(await onSend(text))) area.value = area.value || text;
    grow();
    area.focus();
  }

  function grow() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    send.disabled = !area.value.trim();
  }

  area.addEventListener("input", () => {
    grow();
    suggest(state);
  });
  area.addEventListener("blur", () => setTimeout(() => hide(state), 150));
  area.addEventListener("keydown", (event) => {
    if (steer(state, event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });

  const start = (text) => {
    area.value = text;
    grow();
    area.focus();
    area.setSelectionRange(text.length, text.length);
  };
  const quick = chips.map(({ label: words, text, now }) => h("button", { type: "button", class: "chip", "data-testid": `chip-${words.replace(/\W+/g, "-").toLowerCase()}`,
    onclick: () => (now ? onSend(text) : start(text)) }, words));
  const node = h("form", { class: "composer", onsubmit: submit }, list, h("div", { class: "box" }, area, send),
    h("div", { class: "under" }, quick, h("span", { class: "hint" }, h("kbd", {}, "Enter"), " sends · ", h("kbd", {}, "Shift Enter"), " new line")));
  grow();
  return { node, start, focus: () => area.focus() };
}

function suggest(state) {
  const before = state.area.value.slice(0, state.area.selectionStart);
  const name = before.match(/(?:^|\s)@([\w-]*)$/);
  const command = state.commands && before.match(/^\/(\w*)$/);
  if (name) offer(state, people(name[1].toLowerCase()), name[1].length + 1);
  else if (command) offer(state, commandsLike(command[1].toLowerCase()), command[1].length + 1);
  else hide(state);
}

function people(start) {
  const bot = store.overview.bot.id;
  const sorted = [...store.users.values()].sort((a, b) => (b.id === bot) - (a.id === bot));
  return sorted.filter((user) => user.id !== store.me && (user.name.toLowerCase().startsWith(start) || user.real_name.toLowerCase().startsWith(start)))
    .slice(0, 6).map((user) => ({ text: `@${user.name} `, rows: [avatar(user), h("strong", {}, user.real_name), h("span", { class: "muted" }, `@${user.name}`)] }));
}

function commandsLike(start) {
  return store.overview.commands.filter((name) => name.slice(1).startsWith(start))
    .map((name) => ({ text: `${name} `, rows: [h("strong", {}, name), h("span", { class: "muted" }, "command")] }));
}

function offer(state, offers, typed) {
  Object.assign(state, { offers, typed, at: 0 });
  state.list.replaceChildren(...offers.map((one, n) => h("li", { role: "option", id: `${state.list.id}-${n}`, "data-testid": "suggestion",
    onmousedown: (event) => {
      event.preventDefault();
      pick(state, n);
    } }, one.rows)));
  state.list.hidden = !offers.length;
  mark(state);
}

function hide(state) {
  state.offers = [];
  state.list.hidden = true;
  state.area.removeAttribute("aria-activedescendant");
}

function mark(state) {
  [...state.list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === state.at)));
  if (state.offers.length) state.area.setAttribute("aria-activedescendant", `${state.list.id}-${state.at}`);
}

function pick(state, n) {
  const { area, typed, offers } = state;
  const caret = area.selectionStart;
  area.setRangeText(offers[n].text, caret - typed, caret, "end");
  hide(state);
  area.dispatchEvent(new Event("input"));
}

function steer(state, event) {
  const { offers } = state;
  if (!offers.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) state.at = (state.at + step + offers.length) % offers.length;
  else if (event.key === "Tab" || event.key === "Enter") pick(state, state.at);
  else if (event.key === "Escape") hide(state);
  else return false;
  event.preventDefault();
  mark(state);
  return true;
}
