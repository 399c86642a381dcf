// Draw what can be pressed, chosen or filled in, and read it back in the shape Slack sends.

import { h, safeHref } from "./dom.js";
import { confirmed } from "./modal.js";
import { picture, text } from "./blocks.js";
import { store } from "./store.js";

export function element(part, blockId, host) {
  const draw = DRAW[part.type];
  return draw ? draw(part, blockId, host) : h("span", { class: "muted" }, `(${part.type})`);
}

function press(part, blockId, host, chosen) {
  return async () => {
    if (part.confirm && !(await confirmed(part.confirm))) return;
    await host.press(blockId, part.action_id, typeof chosen === "function" ? chosen() : chosen);
  };
}

function button(part, blockId, host) {
  const send = press(part, blockId, host);
  const node = h("button", { type: "button", class: `button ${part.style ?? ""}`, "data-testid": `action-${part.action_id}`,
    "aria-label": part.accessibility_label, onclick: async () => {
      const url = safeHref(part.url ?? "");
      if (url) window.open(url, "_blank", "noopener");
      node.disabled = true;
      try {
        await send();
      } finally {
        node.disabled = false;
      }
    } }, text(part.text));
  return node;
}

function options(part) {
  const all = part.option_groups ?? [{ options: part.options }];
  const chosen = [part.initial_option, ...(part.initial_options ?? [])].filter(Boolean).map((option) => option.value);
  const draw = (option) => h("option", { value: option.value, selected: chosen.includes(option.value) }, text(option.text));
  return all.flatMap((group) => (group.label ? [h("optgroup", { label: group.label.text }, group.options.map(draw))] : group.options.map(draw)));
}

function select(part, blockId, host) {
  const first = h("option", { value: "", selected: !part.initial_option }, part.placeholder?.text ?? "Choose…");
  const node = h("select", { class: "select", "aria-label": part.placeholder?.text ?? "Choose", ...keys(part, blockId),
    onchange: () => node.value && send() }, first, options(part));
  const send = press(part, blockId, host, () => node.value);
  return node;
}

function multi(part, blockId, host) {
  const node = h("select", { class: "select", multiple: true, "aria-label": part.placeholder?.text ?? "Choose", ...keys(part, blockId),
    onchange: () => send() }, options(part));
  const send = press(part, blockId, host, () => [...node.selectedOptions].map((option) => option.value));
  return node;
}

function overflow(part, blockId, host) {
  const node = h("select", { class: "select overflow", "aria-label": "More", "data-testid": `action-${part.action_id}`,
    onchange: async () => {
      const chosen = node.value;
      node.value = "";
      await press(part, blockId, host, chosen)();
    } }, h("option", { value: "", selected: true }, "⋯"), options(part));
  return node;
}

function choices(kind) {
  return (part, blockId, host) => {
    const chosen = [part.initial_option, ...(part.initial_options ?? [])].filter(Boolean).map((option) => option.value);
    const name = `${blockId}-${part.action_id}-${Math.floor(performance.now() * 1000)}`;
    const node = h("fieldset", { class: "choices", ...keys(part, blockId), onchange: () => send() }, part.options.map((option) =>
      h("label", {}, h("input", { type: kind, name, value: option.value, checked: chosen.includes(option.value) }),
        h("span", {}, text(option.text), option.description ? h("small", {}, text(option.description)) : null))));
    const marked = () => [...node.querySelectorAll("input:checked")].map((box) => box.value);
    const send = press(part, blockId, host, () => (kind === "radio" ? marked()[0] : marked()));
    return node;
  };
}

function date(part, blockId, host) {
  const node = h("input", { type: "date", class: "field", value: part.initial_date ?? "", ...keys(part, blockId), onchange: () => send() });
  const send = press(part, blockId, host, () => node.value);
  return node;
}

function time(part, blockId) {
  return h("input", { type: "time", class: "field", value: part.initial_time ?? "", ...keys(part, blockId) });
}

function conversations(part, blockId) {
  const kinds = part.filter?.include ?? ["public", "private", "im"];
  const shown = store.overview.channels.filter((room) => kinds.includes(room.im ? "im" : room.private ? "private" : "public"));
  return h("select", { class: "select", "aria-label": part.placeholder?.text ?? "Choose a channel", ...keys(part, blockId) },
    h("option", { value: "", selected: !part.initial_conversation }, part.placeholder?.text ?? "Choose a channel…"),
    shown.map((room) => h("option", { value: room.id, selected: room.id === part.initial_conversation }, room.im ? room.name : `#${room.name}`)));
}

function field(part, blockId) {
  const type = { email_text_input: "email", number_input: "number" }[part.type] ?? "text";
  const common = { class: "field", placeholder: part.placeholder?.text, value: part.initial_value ?? "", maxlength: part.max_length,
    ...keys(part, blockId) };
  return part.multiline ? h("textarea", { rows: 4, ...common }) : h("input", { type, ...common });
}

function keys(part, blockId) {
  return { "data-testid": `action-${part.action_id}`, "data-owner": blockId, "data-action": part.action_id, "data-kind": part.type };
}

export function input(block, host) {
  const quiet = { ...host, press: block.dispatch_action ? host.press : async () => undefined };
  const control = element(block.element, block.block_id, quiet);
  const name = `input-${block.block_id}-${Math.floor(performance.now() * 1000)}`;
  control.id = name;
  control.removeAttribute("aria-label"); // its label names it
  return [
    h("label", { for: name, class: "label" }, text(block.label), block.optional ? h("span", { class: "muted" }, " (optional)") : null),
    control,
    block.hint ? h("p", { class: "muted small" }, text(block.hint)) : null,
    h("p", { class: "fault", role: "alert", "data-fault": block.block_id }),
  ];
}

// The state of everything under `root`, as { block: { action: { type, … } } }.
export function values(root) {
  const state = {};
  for (const node of root.querySelectorAll("[data-action]")) {
    state[node.dataset.owner] = { ...state[node.dataset.owner], [node.dataset.action]: { type: node.dataset.kind, ...value(node) } };
  }
  return state;
}

function value(node) {
  const option = (chosen, label) => ({ text: { type: "plain_text", text: label, emoji: true }, value: chosen });
  switch (node.dataset.kind) {
    case "static_select": return { selected_option: node.value ? option(node.value, node.selectedOptions[0].textContent) : null };
    case "multi_static_select": return { selected_options: [...node.selectedOptions].map((o) => option(o.value, o.textContent)) };
    case "radio_buttons": {
      const box = node.querySelector("input:checked");
      return { selected_option: box ? option(box.value, box.nextSibling.firstChild.textContent) : null };
    }
    case "checkboxes":
      return { selected_options: [...node.querySelectorAll("input:checked")].map((b) => option(b.value, b.nextSibling.firstChild.textContent)) };
    case "datepicker": return { selected_date: node.value || null };
    case "timepicker": return { selected_time: node.value || null };
    case "conversations_select": return { selected_conversation: node.value || null };
    default: return { value: node.value || null };
  }
}

const DRAW = {
  button, overflow, static_select: select, multi_static_select: multi, radio_buttons: choices("radio"), checkboxes: choices("checkbox"),
  datepicker: date, timepicker: time, conversations_select: conversations, plain_text_input: field, email_text_input: field, number_input: field, image: (part) => picture(part, "thumb"),
};
