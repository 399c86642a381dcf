// Build elements from data. Text is always a text node: nothing here, or anywhere in this page, parses HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function svg(box, ...shapes) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", box);
  node.setAttribute("aria-hidden", "true");
  for (const [tag, attributes, text] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    if (text) shape.textContent = text;
    node.append(shape);
  }
  return node;
}

const ICONS = {
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9.5h-13z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  send: "M4 12 20.5 4 17 20.5l-5.5-6zM11.5 14.5 20.5 4",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M4 5h16v11H11l-5 4v-4H4z",
  up: "M7 11v9H4v-9zm0 0 4.5-7c1.6 0 2.3 1.2 2 2.6L12.8 10H19c1.2 0 2 1 1.7 2.2l-1.5 6.3A2 2 0 0 1 17.300 20H7",
  down: "M7 13V4H4v9zm0 0 4.500 7c1.600 0 2.300-1.200 2-2.600L12.800 14H19c1.200 0 2-1 1.700-2.200l-1.500-6.300A2 2 0 0 0 17.300 4H7",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 9.200a2.800 2.800 0 1 1 0 5.600 2.800 2.800 0 0 1 0-5.600z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.300 3.300 0 0 1 0 6.300M17.500 14.300c2.300.7 3.700 2.600 4 5.700",
  menu: "M4 7h16M4 12h16M4 17h16",
  check: "M5 12.500l4.500 4.500L19.500 7",
  warn: "M12 4 21 20H3zM12 10v4.500M12 17.300v.2",
  cross: "M6 6l12 12M18 6 6 18",
  bars: "M5 20v-7M12 20V5M19 20v-10",
  mag: "M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500 20.500 20.500",
  glass: "M6 3.500h12M6 20.500h12M7.500 3.500c0 5 9 6.500 9 17M16.500 3.500c0 5-9 6.500-9 17",
  calendar: "M4 6h16v14H4zM4 10.500h16M8.500 3.500V8M15.500 3.500V8",
};

export function icon(name) {
  const node = svg("0 0 24 24", ["path", { d: ICONS[name] }]);
  node.classList.add("icon");
  return node;
}

const COLOURS = ["#3f6fb5", "#8a5aa8", "#a8603a", "#4f7d4a", "#a34f6b", "#5c6670", "#8a7327", "#3d7f93"];

// A square with a person's initials, drawn here; the bot has its own mark.
export function avatar(user) {
  const node = user.bot
    ? svg("0 0 40 40", ["rect", { width: 40, height: 40, rx: 9, fill: "#0f6e66" }],
      ["path", { d: "M12 27v-7m8 7V12m8 15v-10", stroke: "#fff", "stroke-width": 3.6, "stroke-linecap": "round" }])
    : svg("0 0 40 40", ["rect", { width: 40, height: 40, rx: 9, fill: COLOURS[hash(user.id) % COLOURS.length] }],
      ["text", { x: 20, y: 26, "text-anchor": "middle", "font-size": 15, "font-weight": 600, fill: "#fff" }, initials(user)]);
  node.classList.add("avatar");
  return node;
}

function initials(user) {
  const words = (user.real_name || user.name).replace(/[^\p{L}\p{N} ]/gu, " ").split(/\s+/).filter(Boolean);
  return ((words[0] ?? "?")[0] + (words.length > 1 ? words[words.length - 1][0] : "")).toUpperCase();
}

function hash(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
}

export function safeHref(url) {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : null;
}

export function toast(text, kind = "bad") {
  const note = h("div", { class: `toast ${kind}`, "data-testid": "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 7000);
}
