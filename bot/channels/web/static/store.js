// What the visitor's own browser keeps: the conversation's random id, what was said, what is still to be sent.

const KEY = "iop-lotsen-1";
const MOST_ITEMS = 200;
const DAY = 24 * 60 * 60 * 1000;

export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without https browsers offer getRandomValues only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function fresh() {
  return { conversation: randomId(), person: "", items: [], queue: [], ack: [], draft: "", touched: Date.now() };
}

export class Store {
  constructor(days) {
    this.memory = fresh();
    this.state = this.read();
    if (Date.now() - this.state.touched > days * DAY) this.state = fresh();
    this.write();
  }

  // Read what another tab may have written since; without storage (blocked, full) the page's own memory serves.
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      if (kept && kept.conversation && Array.isArray(kept.items)) return { ...fresh(), ...kept };
    } catch {
      // Unreadable: begin anew.
    }
    return this.memory;
  }

  change(how) {
    this.state = this.read();
    how(this.state);
    this.state.touched = Date.now();
    this.state.items = this.state.items.slice(-MOST_ITEMS);
    this.write();
  }

  write() {
    this.memory = this.state;
    try {
      localStorage.setItem(KEY, JSON.stringify(this.state));
    } catch {
      try {
        const shorter = { ...this.state, items: this.state.items.slice(-20) };
        localStorage.setItem(KEY, JSON.stringify(shorter));
      } catch {
        // No storage at all: the conversation lasts as long as the page.
      }
    }
  }

  // A new conversation. What stands in `farewell` is still sent, for the old one.
  reset(farewell) {
    this.change((state) => {
      Object.assign(state, fresh(), { queue: farewell });
    });
  }

  // What is kept, without changing it: for the other pages.
  static peek() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) || {};
    } catch {
      return {};
    }
  }

  static isOurs(event) {
    return event.key === KEY;
  }
}
