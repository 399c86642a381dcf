// The left side: the workspace, who one is, the channels that this person is in, and Ana.

import { avatar, h, icon } from "./dom.js";
import { store } from "./store.js";

export function sidebar({ current, onOpen, onPersona }) {
  const { team, bot, users, channels } = store.overview;
  const me = store.users.get(store.me);
  const rooms = channels.filter((channel) => !channel.im);
  const dm = channels.find((channel) => channel.im);
  return [
    h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true" }, team.name[0]), h("h1", {}, team.name)),
    persona(me, users, onPersona),
    h("div", { class: "rooms" },
      h("h2", { id: "rooms-title" }, "Channels"),
      h("ul", { "aria-labelledby": "rooms-title" }, rooms.map((channel) => room(channel, current, onOpen))),
      rooms.length ? null : h("p", { class: "side-note" }, "This person is in no channel. Choose somebody else above."),
      h("h2", { id: "dms-title" }, "Direct messages"),
      h("ul", { "aria-labelledby": "dms-title" }, dm ? item(dm, current, onOpen, `dm-${bot.name}`, avatar({ ...bot, bot: true }), bot.real_name) : null)),
    h("p", { class: "side-note foot" }, "A small Slack that runs on this machine only."),
  ];
}

function persona(me, users, onPersona) {
  const people = users.filter((user) => !user.bot);
  const pick = h("select", { id: "persona", "data-testid": "persona-switch", onchange: () => onPersona(pick.value) },
    people.map((user) => h("option", { value: user.id, selected: user.id === me.id }, `${user.real_name} (@${user.name})`)));
  const marks = [me.admin ? "admin" : "", me.guest ? "guest" : "", me.external ? "another company" : ""].filter(Boolean);
  return h("div", { class: "persona" }, avatar(me), h("div", {}, h("label", { for: "persona" }, "You are"),
    h("strong", { "data-testid": "persona-name" }, me.real_name),
    h("small", {}, [me.groups.join(", ") || "no group", ...marks].join(" · "))), pick);
}

function room(channel, current, onOpen) {
  return item(channel, current, onOpen, `channel-${channel.name}`, icon(channel.private ? "lock" : "hash"), channel.name);
}

function item(channel, current, onOpen, testid, mark, name) {
  const unread = channel.id !== current && channel.unread > 0;
  return h("li", {}, h("button", { type: "button", class: `room${unread ? " unread" : ""}`, "aria-current": channel.id === current ? "page" : null,
    "data-testid": testid, "data-id": channel.id, onclick: () => onOpen(channel.id) }, mark, h("span", { class: "room-name" }, name),
  channel.external ? h("span", { class: "shared", title: "Shared with another company" }, icon("link")) : null,
  unread && channel.mentions ? h("span", { class: "badge", "data-testid": "badge" }, String(channel.mentions)) : null,
  unread ? h("span", { class: "sr" }, ", unread") : null));
}
