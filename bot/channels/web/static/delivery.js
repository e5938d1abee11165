// Sends what stands in the queue, one at a time and each until it is answered. An event keeps its id however often it
// is sent, so the service answers it once.

const TIMEOUT = 30000;
const LONGEST_PAUSE = 30000;

// An answer that is no JSON comes from something between the page and the service: a filter that stops the message, a
// network that wants a login first, a proxy whose service is just being replaced. Only the latter two may pass.
const MAY_PASS = new Set([404, 408]);
const MOST_STRANGE = 5;
const STOPPED =
  "Något på vägen till tjänsten stoppade meddelandet. Pröva att skriva det på ett annat sätt, eller hör av dig till den som sköter tjänsten.";
const TOO_FAST = "Nu går det lite för fort. Det du har skrivit skickas om en liten stund.";

export class Delivery {
  // `on` holds what the page does: replies(item, replies), trouble(text), well(), refused(item, text), slow(), busy(yes).
  constructor(base, store, on) {
    this.base = base;
    this.store = store;
    this.on = on;
    this.running = false;
    this.wake = () => {};
    this.ackTimer = 0;
  }

  add(item) {
    this.store.change((state) => state.queue.push(item));
    this.run();
  }

  // Something hints that the connection may be back: try now instead of later.
  kick() {
    this.wake();
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    let failures = 0;
    for (let item = this.head(); item; item = this.head()) {
      this.on.busy(!item.silent);
      const pause = await this.attempt(item, failures);
      failures = pause.failed ? failures + 1 : 0;
      if (pause.wait) await this.sleep(pause.wait);
    }
    this.running = false;
    this.on.busy(false);
  }

  head() {
    return this.store.read().queue[0];
  }

  drop(item) {
    this.store.change((state) => {
      state.queue = state.queue.filter((other) => other.event !== item.event);
    });
  }

  async attempt(item, failures) {
    const ack = item.conversation === this.store.state.conversation ? this.store.read().ack.slice(0, 20) : [];
    let response;
    let body;
    try {
      response = await this.post(item.body.file ? "/api/chat/files" : "/api/chat/messages", {
        conversation: item.conversation,
        event: item.event,
        ...item.body,
        ack,
      });
      body = await response.json().catch(() => ({ strange: true }));
      const passes = body.strange && (response.ok || MAY_PASS.has(response.status)) && failures < MOST_STRANGE - 1;
      if (response.status >= 500 || passes) throw new Error(String(response.status));
    } catch {
      this.on.trouble(navigator.onLine === false);
      return { failed: true, wait: Math.min(LONGEST_PAUSE, 1000 * 2 ** failures) * (0.75 + Math.random() / 2) };
    }
    this.on.well();
    if (response.status === 429) {
      if (!body.told) this.on.notice(body.message || TOO_FAST);
      return { wait: 1000 * (Number(response.headers.get("Retry-After")) || 5) };
    }
    if (!response.ok || body.strange) {
      this.drop(item);
      this.on.refused(item, body.message || STOPPED);
      return {};
    }
    this.forget(ack);
    if (body.pending) {
      this.on.slow();
      return { wait: 1000 };
    }
    this.on.replies(item, body.replies, body.person);
    this.drop(item);
    const ids = body.replies.map((reply) => reply.id);
    if (item.silent) this.post("/api/chat/ack", { conversation: item.conversation, ack: ids }).catch(() => {});
    else this.confirmSoon(ids);
    return {};
  }

  post(path, body) {
    return fetch(this.base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  }

  sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // Tell the service what was shown, so that it can forget it: with the next message, or after a moment.
  confirmSoon(ids) {
    if (!ids.length) return;
    this.store.change((state) => state.ack.push(...ids));
    clearTimeout(this.ackTimer);
    this.ackTimer = setTimeout(() => this.confirm(), 2000);
  }

  async confirm() {
    const { conversation, ack } = this.store.read();
    const ids = ack.slice(0, 20);
    if (!ids.length) return;
    try {
      const response = await this.post("/api/chat/ack", { conversation, ack: ids });
      if (response.ok) this.forget(ids);
    } catch {
      // It goes with the next message.
    }
  }

  confirmLeaving() {
    const { conversation, ack } = this.store.read();
    if (!ack.length || !navigator.sendBeacon) return;
    const body = JSON.stringify({ conversation, ack: ack.slice(0, 20) });
    navigator.sendBeacon(this.base + "/api/chat/ack", new Blob([body], { type: "application/json" }));
  }

  forget(ids) {
    if (!ids.length) return;
    this.store.change((state) => {
      state.ack = state.ack.filter((id) => !ids.includes(id));
    });
  }
}
