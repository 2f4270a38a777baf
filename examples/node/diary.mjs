// What happened in a test, in order, and a way to wait for what has not happened yet.

import { EventEmitter, once } from "node:events";

const DEADLINE = 10_000; // milliseconds, for what takes a few on an idle machine

export class Diary {
  /** All that was noted: `{ name, detail }`. */
  entries = [];

  #taken = new Set();
  #news = new EventEmitter();

  note(name, detail) {
    this.entries.push({ name, detail });
    this.#news.emit("entry");
  }

  /** Return the details of every entry of this name. */
  all(name) {
    return this.entries.filter((entry) => entry.name === name).map(({ detail }) => detail);
  }

  /** Return the names of the entries, in order, as far as they are among these. */
  order(...names) {
    return this.entries.map(({ name }) => name).filter((name) => names.includes(name));
  }

  /** Wait for the earliest entry of this name that no call has returned, and return its detail. */
  async next(name) {
    const signal = AbortSignal.timeout(DEADLINE);
    for (;;) {
      const found = this.entries.find((entry) => entry.name === name && !this.#taken.has(entry));
      if (found) {
        this.#taken.add(found);
        return found.detail;
      }
      await once(this.#news, "entry", { signal }).catch(() => {
        throw new Error(`no ${name}; there were: ${this.entries.map((entry) => entry.name)}`);
      });
    }
  }
}
