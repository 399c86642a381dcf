// What the page knows, how it asks, and how it hears of news. It draws nothing.

import { toast } from "./dom.js";

const SAY = {
  no_text: "Write something first.",
  msg_too_long: "That is longer than 40,000 characters: Slack would refuse it.",
  is_archived: "This channel is archived.",
  not_in_threads: "Slash commands do not work in threads. Use them in the channel.",
  not_valid_command: "There is no such command here.",
  operation_timeout: "The app did not answer within three seconds. Try again.",
  dispatch_failed: "The app could not be reached. Is it running?",
  already_reacted: "You have reacted so already.",
  message_not_found: "That message is gone.",
  block_not_found: "That message has changed since. Look again.",
};

class Store extends EventTarget {
  me = "";
  users = new Map();
  channels = new Map();
  overview = null;
  #source = null;

  async become(user) {
    this.me = user;
    localStorage.setItem("as", user);
    await this.refresh();
    this.#listen();
  }

  async refresh() {
    const overview = await this.get("overview");
    if (overview.me !== this.me) return;
    this.overview = overview;
    this.users = new Map(overview.users.map((user) => [user.id, user]));
    this.channels = new Map(overview.channels.map((channel) => [channel.id, channel]));
    document.body.dataset.pings = overview.pings;
    this.dispatchEvent(new Event("overview"));
  }

  fileUrl(id) {
    return `/page/file/${encodeURIComponent(id)}?as=${encodeURIComponent(this.me)}`;
  }

  async get(what, query = {}) {
    const answer = await fetch(`/page/${what}?${new URLSearchParams({ as: this.me, ...query })}`);
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    return found;
  }

  // Do something as the current persona. Says what went wrong, and returns null then.
  async act(name, wish) {
    try {
      const answer = await fetch(`/page/do/${name}`, { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ as: this.me, ...wish }) });
      const found = await answer.json();
      if (found.ok) return found;
      toast(SAY[found.error] ?? `That did not work: ${found.error}.`);
    } catch {
      toast("The workspace could not be reached. Is it still running?");
    }
    return null;
  }

  #listen() {
    this.#source?.close();
    const source = new EventSource(`/page/live?as=${encodeURIComponent(this.me)}`);
    this.#source = source;
    source.addEventListener("hello", () => this.#tell("live", { on: true }));
    source.onerror = () => this.#tell("live", { on: false });
    source.onmessage = ({ data }) => this.#tell("news", JSON.parse(data));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

export const store = new Store();
