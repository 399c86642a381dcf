// Modals: the view on top of this person's stack, and the small "are you sure".

import { blocks, text } from "./blocks.js";
import { h, icon } from "./dom.js";
import { values } from "./elements.js";
import { store } from "./store.js";

const dialog = document.getElementById("modal");
let shown = null;

dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close();
});

export async function refreshModal() {
  const { view } = await store.get("modal");
  if (!view) {
    shown = null;
    if (dialog.open) dialog.close();
    return;
  }
  if (shown?.id === view.id && shown.hash === view.hash) return;
  shown = view;
  draw(view);
  if (!dialog.open) dialog.showModal();
}

function draw(view) {
  const host = { press: (block, action, chosen) => store.act("press", { view: view.id, block, action, chosen, state: values(dialog) }) };
  dialog.replaceChildren(h("form", { method: "dialog", onsubmit: submit, novalidate: true },
    h("header", {}, h("h2", { id: "modal-title" }, text(view.title)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", "data-testid": "modal-x", onclick: close }, icon("close"))),
    h("div", { class: "modal-body" }, blocks(view.blocks, host)),
    h("footer", {}, h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: close }, view.close?.text ?? "Close"),
      view.submit ? h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, text(view.submit)) : null)));
}

async function submit(event) {
  event.preventDefault();
  const done = await store.act("submit", { view: shown.id, state: values(dialog) });
  if (!done) return;
  for (const note of dialog.querySelectorAll("[data-fault]")) note.textContent = done.faults[note.dataset.fault] ?? "";
  await refreshModal();
}

async function close() {
  if (shown) await store.act("close", { view: shown.id });
  await refreshModal();
}

export function confirmed({ title, text: words, confirm, deny, style }) {
  const box = document.getElementById("confirm");
  return new Promise((resolve) => {
    box.replaceChildren(h("form", { method: "dialog" }, h("header", {}, h("h2", {}, text(title))), h("div", { class: "modal-body prose" }, text(words)),
      h("footer", {}, h("button", { class: "button", value: "no" }, text(deny)),
        h("button", { class: `button ${style ?? "primary"}`, value: "yes", "data-testid": "confirm-yes" }, text(confirm)))));
    box.onclose = () => resolve(box.returnValue === "yes");
    box.returnValue = "";
    box.showModal();
  });
}
