// The backend's tests: `ivschat-conformance exec --room Lobby -- node --test` runs them
// beside a fake server, whose addresses and room are in the environment.

import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";

import { WebSocket } from "ws";

import { startBackend } from "./backend.mjs";

const { AWS_ENDPOINT_URL_IVSCHAT, IVSCHAT_MESSAGING_ENDPOINT, IVSCHAT_ROOM_ARN } = process.env;
assert.ok(IVSCHAT_ROOM_ARN, "run this with ivschat-conformance exec: see README.md");

let backend;
const chats = []; // that a test leaves open

beforeEach(async () => {
  // The SDK would wait between attempts. Each test has one of its own, since it remembers
  // by how much the server's clock is ahead.
  backend = await startBackend({ roomArn: IVSCHAT_ROOM_ARN, maxAttempts: 1 });
});
afterEach(async () => {
  for (const chat of chats.splice(0)) chat.terminate();
  backend.close();
  await control("DELETE", "faults");
  await control("DELETE", "clock");
});

/** Call the fake's control API: docs/control-api.md has all of it. */
async function control(method, path, body) {
  const url = new URL(`/_control/${path}`, AWS_ENDPOINT_URL_IVSCHAT);
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Call the backend as somebody who is logged in. */
function post(path, name, role, body) {
  return fetch(`${backend.url}${path}`, {
    method: "POST",
    headers: { "x-name": name, "x-role": role, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
}

/** Join the room with a token of the backend's; what is heard is in `frames`. */
async function join(name, role) {
  const answer = await post("/chat-token", name, role);
  assert.equal(answer.status, 200);
  const { token } = await answer.json();
  const chat = new WebSocket(IVSCHAT_MESSAGING_ENDPOINT, token);
  chats.push(chat);
  chat.frames = [];
  chat.on("message", (data) => {
    chat.frames.push(JSON.parse(data));
    chat.emit("frame");
  });
  await once(chat, "open");
  return chat;
}

/** Wait for the next frame. */
async function heard(chat) {
  if (!chat.frames.length) await once(chat, "frame", { signal: AbortSignal.timeout(10_000) });
  return chat.frames.shift();
}

function say(chat, content) {
  chat.send(JSON.stringify({ Action: "SEND_MESSAGE", Content: content }));
}

test("a member may chat", async () => {
  const ann = await join("ann", "member");

  say(ann, "Hello");

  const { Content, Sender } = await heard(ann);
  assert.equal(Content, "Hello");
  assert.deepEqual(Sender, { UserId: "ann", Attributes: { displayName: "ann" } });
});

test("a viewer may read only", async () => {
  const ben = await join("ben", "viewer");
  const ann = await join("ann", "member");

  say(ben, "Me too");
  assert.equal((await heard(ben)).ErrorCode, 403);
  say(ann, "Hello");
  assert.equal((await heard(ben)).Content, "Hello");
});

test("a kicked user hears why and is disconnected everywhere", async () => {
  const tabs = [await join("ann", "member"), await join("ann", "member")];
  const closed = tabs.map((tab) => once(tab, "close"));

  const answer = await post("/kick", "mo", "moderator", { userId: "ann", reason: "Spam" });

  assert.equal(answer.status, 204);
  await Promise.all(closed);
  for (const tab of tabs) {
    const { EventName, Attributes } = await heard(tab);
    assert.equal(EventName, "aws:DISCONNECT_USER");
    assert.deepEqual(Attributes, { UserId: "ann", Reason: "Spam" });
  }
});

test("only moderators kick", async () => {
  const ben = await join("ben", "viewer");

  const answer = await post("/kick", "ann", "member", { userId: "ben" });

  assert.equal(answer.status, 403);
  say(ben, "Still here");
  assert.equal((await heard(ben)).ErrorCode, 403);
});

test("the session ends after an hour, and the next token opens another", async () => {
  const ann = await join("ann", "member");
  const closed = once(ann, "close");

  await control("POST", "clock/advance", { seconds: 61 * 60 });

  await closed;
  const again = await join("ann", "member");
  say(again, "I am back");
  assert.equal((await heard(again)).Content, "I am back");
});

for (const [fault, status] of [["throttle", 503], ["internal_error", 503], ["access_denied", 502]]) {
  test(`${fault}: a refusal says whether to try again`, async () => {
    await control("POST", "faults", { operation: "CreateChatToken", fault, times: 1 });

    assert.equal((await post("/chat-token", "ann", "member")).status, status);
  });
}
