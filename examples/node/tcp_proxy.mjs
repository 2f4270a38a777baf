// A TCP proxy before the server: a test cuts it as a broken network would, or holds
// back answers as a slow one.

import { once } from "node:events";
import { connect, createServer } from "node:net";

import { Diary } from "./diary.mjs";

/** Listen on a free port and pass on to the host and port of `endpoint` (a ws: URL). */
export async function startProxy(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const diary = new Diary(); // of connections: "opened", "held", "closed"
  const pairs = new Set();
  let held; // a promise, while answers on new connections are held back

  const server = createServer(async (near) => {
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    pairs.add(pair);
    diary.note("opened");
    for (const [one, other] of [pair, pair.toReversed()]) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        if (pairs.delete(pair)) diary.note("closed");
      });
    }
    near.pipe(far);
    if (held) {
      far.once("readable", () => diary.note("held"));
      await held;
    }
    far.pipe(near);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  /** End every connection without a close frame. */
  const cut = () => [...pairs].flat().forEach((socket) => socket.destroy());
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    diary,
    cut,
    /** Keep from new connections what the server answers, until the function returned is called. */
    hold: () => {
      let release;
      held = new Promise((resolve) => (release = resolve));
      return () => {
        held = undefined;
        release();
      };
    },
    close: () => {
      server.close();
      cut();
    },
  };
}
