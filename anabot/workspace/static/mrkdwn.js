// Turn Slack's mrkdwn into nodes: bold, italic, strike, code, quotes, links, mentions. Unknown marks stay text.

import { h, safeHref } from "./dom.js";
import { emoji } from "./emoji.js";
import { store } from "./store.js";

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

export function mrkdwn(text) {
  return text.split(/```\n?([\s\S]*?)```/g).flatMap((part, n) =>
    n % 2 ? [h("pre", { class: "code", tabindex: 0 }, h("code", {}, unescape(plainMarks(part.replace(/\n$/, "")))))] : lines(part));
}

export function plain(text, { emojis = true } = {}) {
  return emojis ? text.split(/:([a-z0-9_+-]+):/g).map((part, n) => (n % 2 ? emoji(part) : part)) : [text];
}

function lines(text) {
  const nodes = [];
  let quote = null;
  text.replace(/^\n|\n$/g, "").split("\n").forEach((line, n) => {
    const quoted = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push(quote = h("blockquote"));
      quote.append(...inline(quoted[1]));
      return;
    }
    if (n && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line));
  });
  return text ? nodes : [];
}

// Where a mark may open: at the start, or after a space or a bracket. The text inside neither starts nor ends with a space.
const MARK = /`([^`]+)`|<([^<>]+)>|:([a-z0-9_+-]+):|(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*?\S)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*?\S)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*?\S)~(?![\p{L}\p{N}~])/u;

function inline(text) {
  const nodes = [];
  for (let rest = text; rest;) {
    const found = rest.match(MARK);
    if (!found) {
      nodes.push(unescape(rest));
      break;
    }
    if (found.index) nodes.push(unescape(rest.slice(0, found.index)));
    nodes.push(node(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return nodes;
}

function node([whole, code, angle, name, bold, italic, strike]) {
  if (code !== undefined) return h("code", {}, unescape(plainMarks(code)));
  if (angle !== undefined) return marked(angle);
  if (name !== undefined) return emoji(name);
  if (bold !== undefined) return h("strong", {}, inline(bold));
  if (italic !== undefined) return h("em", {}, inline(italic));
  if (strike !== undefined) return h("s", {}, inline(strike));
  return whole;
}

// What stands between angle brackets: a mention, a channel, a broadcast, a date or a link.
function marked(angle) {
  const [target, ...labels] = angle.split("|");
  const label = labels.join("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channel(target.slice(1), label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!date^")) return label || "date";
  if (target.startsWith("!")) return broadcast(target.slice(1));
  return link(unescape(target), label ? inline(label) : [unescape(target)]) ?? unescape(`<${angle}>`);
}

export function mention(id) {
  const user = store.users.get(id);
  const me = id === store.me ? " me" : "";
  return h("span", { class: `mention${me}`, title: user?.real_name }, `@${user?.name ?? id}`);
}

export function broadcast(range) {
  const name = range.split("^")[0];
  if (!["channel", "here", "everyone"].includes(name)) return `<!${range}>`;
  return h("span", { class: "ping", "data-testid": "ping", title: "This notifies everybody here" }, `@${name}`);
}

export function channel(id, label = "") {
  const name = store.channels.get(id)?.name ?? label;
  if (!store.channels.has(id)) return h("span", { class: "mention" }, name ? `#${name}` : "#private-channel");
  return h("a", { class: "mention", href: `/#/${name}` }, `#${name}`);
}

export function link(url, label) {
  const href = safeHref(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label) : null;
}

function plainMarks(text) {
  return text.replace(/<(https?:[^|>]+)(?:\|([^>]+))?>/g, (_, url, label) => label ?? url);
}
