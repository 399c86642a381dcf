// The few emoji that are known by name. Any other name is shown as it was written.
// The commonest are drawn, so that they look alike on every machine, with or without an emoji font.

import { h, icon } from "./dom.js";

const DRAWN = {
  "+1": "up", thumbsup: "up", "-1": "down", thumbsdown: "down", white_check_mark: "check", heavy_check_mark: "check", warning: "warn", x: "cross",
  lock: "lock", bar_chart: "bars", mag: "mag", eyes: "eye", hourglass: "glass", hourglass_flowing_sand: "glass", calendar: "calendar", date: "calendar",
  link: "link", page_facing_up: "file", memo: "file",
};

export const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", white_check_mark: "✅", heavy_check_mark: "✔️", warning: "⚠️", x: "❌",
  no_entry: "⛔", lock: "🔒", bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", mag: "🔍",
  bulb: "💡", eyes: "👀", wave: "👋", hourglass: "⌛", hourglass_flowing_sand: "⏳", calendar: "📅", date: "📅", clock3: "🕒",
  memo: "📝", page_facing_up: "📄", information_source: "ℹ️", question: "❓", tada: "🎉", rocket: "🚀", bell: "🔔", pushpin: "📌",
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", white_circle: "⚪", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_right: "➡️", small_red_triangle: "🔺", small_red_triangle_down: "🔻", star: "⭐", medal: "🏅", shield: "🛡️", link: "🔗",
  robot_face: "🤖", sparkles: "✨", heart: "❤️", pray: "🙏", raised_hands: "🙌", smile: "😄", thinking_face: "🤔",
};

export function emoji(name) {
  if (!DRAWN[name]) return EMOJI[name] ?? `:${name}:`;
  return h("span", { class: `emoji ${DRAWN[name]}`, role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, icon(DRAWN[name]));
}
