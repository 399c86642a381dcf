// Draw Block Kit: sections, headers, context, tables, pictures, rich text. Interactive parts are in elements.js.

import { h } from "./dom.js";
import { element, input } from "./elements.js";
import { emoji } from "./emoji.js";
import { broadcast, channel, link, mention, mrkdwn, plain } from "./mrkdwn.js";
import { store } from "./store.js";

// `host` knows how to press: { press(block, action, chosen), values() }.
export function blocks(list, host) {
  return list.map((block) => {
    const draw = DRAW[block.type];
    const inner = draw ? draw(block, host) : h("p", { class: "muted" }, `(a block of type ${block.type})`);
    return h("div", { class: `block ${block.type}`, "data-block": block.block_id, "data-testid": `block-${block.type}` }, inner);
  });
}

export function text(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text, { emojis: object.emoji !== false });
}

function section(block, host) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(h("div", { class: "prose" }, text(block.text)));
  if (block.fields) body.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "prose" }, text(field)))));
  return [body, block.accessory ? element(block.accessory, block.block_id, host) : null];
}

function context(block) {
  return block.elements.map((part) => (part.type === "image" ? picture(part, "tiny") : h("span", {}, text(part))));
}

function table(block) {
  const columns = block.column_settings ?? [];
  const cell = (tag) => (content, n) => {
    const setting = columns[n] ?? {};
    const classes = [`align-${setting.align ?? "left"}`, setting.is_wrapped ? "wrap" : ""].join(" ").trim();
    return h(tag, { class: classes, scope: tag === "th" ? "col" : null }, inCell(content));
  };
  const [head = [], ...rows] = block.rows;
  return h("div", { class: "table-frame", role: "region", "aria-label": "Table", tabindex: 0 },
    h("table", { "data-testid": "table" }, h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td")))))));
}

function inCell(content) {
  return content.type === "rich_text" ? richText(content) : [content.text];
}

function image(block) {
  const title = block.title ? h("figcaption", {}, text(block.title)) : null;
  return h("figure", {}, title, picture(block, "wide"));
}

export function picture(part, size) {
  const file = part.slack_file ? part.slack_file.id ?? (part.slack_file.url ?? "").match(/files-pri\/([^/]+)/)?.[1] : null;
  const source = file ? store.fileUrl(file) : ownPicture(part.image_url);
  if (!source) return link(part.image_url ?? "", [part.alt_text]) ?? h("span", { class: "muted" }, part.alt_text);
  const img = h("img", { src: source, alt: part.alt_text, class: size, "data-testid": "image" });
  return size === "wide" ? h("a", { href: source, target: "_blank", rel: "noopener", class: "zoom" }, img) : img;
}

// Pictures from elsewhere are not fetched: this page loads from this machine only.
function ownPicture(url) {
  try {
    const found = new URL(url, location.href);
    return found.origin === location.origin ? found.href : null;
  } catch {
    return null;
  }
}

function richText(block) {
  return block.elements.map((part) => RICH[part.type]?.(part) ?? "");
}

const RICH = {
  rich_text_section: (part) => h("div", { class: "rich" }, part.elements.map(rich)),
  rich_text_preformatted: (part) => h("pre", { class: "code", tabindex: 0 }, h("code", {}, part.elements.map((e) => e.text ?? e.url ?? ""))),
  rich_text_quote: (part) => h("blockquote", {}, part.elements.map(rich)),
  rich_text_list: (part) => h(part.style === "ordered" ? "ol" : "ul", { start: part.offset ? part.offset + 1 : null,
    class: part.indent ? `indent-${Math.min(part.indent, 4)}` : null },
  part.elements.map((item) => h("li", {}, (item.elements ?? []).map(rich)))),
};

function rich(part) {
  const node = richInline(part);
  const style = part.style ?? {};
  const marks = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(marks).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function richInline(part) {
  switch (part.type) {
    case "text": return h("span", {}, part.text);
    case "link": return link(part.url, [part.text || part.url]) ?? part.text ?? "";
    case "emoji": return emoji(part.name);
    case "user": return mention(part.user_id);
    case "channel": return channel(part.channel_id);
    case "broadcast": return broadcast(part.range);
    default: return part.fallback ?? part.value ?? "";
  }
}

const DRAW = {
  section, context, table, image, input,
  header: (block) => h("h3", {}, text(block.text)),
  divider: () => h("hr"),
  actions: (block, host) => block.elements.map((part) => element(part, block.block_id, host)),
  rich_text: richText,
};
