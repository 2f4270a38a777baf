// What amazon-ivs-chat-messaging makes of the server that IVSCHAT_MESSAGING_ENDPOINT names,
// once with the WebSocket of `ws` and once with Node's own.
// Start a server first (see README.md), its clock on real time; these tests start none.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { after, afterEach, before, describe, test } from "node:test";

import {
  ChatTokenCapability,
  CreateChatTokenCommand,
  CreateRoomCommand,
  DeleteMessageCommand,
  DisconnectUserCommand,
  IvschatClient,
  SendEventCommand,
} from "@aws-sdk/client-ivschat";
import { WebSocket as WebSocketOfWs } from "ws";

import { advance, control, realTime } from "./control_api.mjs";
import { startProxy } from "./tcp_proxy.mjs";
import { Visitor } from "./visitor.mjs";

const MESSAGING_ENDPOINT = process.env.IVSCHAT_MESSAGING_ENDPOINT;
assert.ok(MESSAGING_ENDPOINT, "set IVSCHAT_MESSAGING_ENDPOINT: see README.md");

const IMPLEMENTATIONS = { ws: WebSocketOfWs, "Node's own": globalThis.WebSocket };
const MEMBER = [ChatTokenCapability.SEND_MESSAGE];
const MODERATOR = Object.values(ChatTokenCapability);

const client = new IvschatClient();
const endings = []; // what a test leaves to be closed

/** Return a visitor who is in the room; `changes` are members of CreateChatToken. */
async function join(roomArn, changes, url = MESSAGING_ENDPOINT) {
  const visitor = new Visitor(async () => {
    // Without its time the SDK plans no renewal: one would outlive a connection that breaks.
    const { token } = await createChatToken(roomArn, changes);
    return { token };
  }, url);
  endings.push(() => visitor.leave());
  await visitor.join();
  return visitor;
}

function createChatToken(roomArn, changes) {
  const input = { roomIdentifier: roomArn, userId: "ann", capabilities: MEMBER, ...changes };
  return client.send(new CreateChatTokenCommand(input));
}

async function createRoom(changes) {
  return (await client.send(new CreateRoomCommand({ name: "example", ...changes }))).arn;
}

async function proxy() {
  const started = await startProxy(MESSAGING_ENDPOINT);
  endings.push(() => started.close());
  return started;
}

/** Return a room whose messages `review` sees first, and what it was given. */
async function createReviewedRoom(review) {
  const inputs = [];
  const handler = createServer(async (request, response) => {
    inputs.push(await json(request));
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(review(inputs.at(-1))));
  });
  await once(handler.listen(0, "127.0.0.1"), "listening");
  endings.push(() => handler.close().closeAllConnections());

  const [, , , region, account] = (await createRoom()).split(":");
  const uri = `arn:aws:lambda:${region}:${account}:function:review`;
  const url = `http://127.0.0.1:${handler.address().port}/`;
  await control("PUT", "review-handlers", { [uri]: url });
  const roomArn = await createRoom({ messageReviewHandler: { uri, fallbackResult: "DENY" } });
  return { roomArn, inputs };
}

/** Hold that the SDK rejects a request with this code. */
function refusal(errorCode) {
  return (error) => {
    assert.equal(error.errorCode, errorCode);
    assert.match(error.id, /^[A-Za-z0-9]{12}$/);
    return true;
  };
}

async function end() {
  const run = endings.splice(0).reverse().map(async (ending) => ending());
  const results = await Promise.allSettled(run);
  await realTime();
  for (const { reason } of results) assert.ifError(reason);
}

function check(name, run) {
  test(name, { timeout: 30_000 }, run);
}

after(() => client.destroy());

for (const [name, implementation] of Object.entries(IMPLEMENTATIONS)) {
  const skip = implementation ? false : "start node with --experimental-websocket";
  describe(`WebSocket: ${name}`, { skip }, () => {
    before(() => {
      globalThis.WebSocket = implementation;
    });
    afterEach(end);
    declareChecks();
  });
}

function declareChecks() {
  check("a message comes to everybody, the sender included", async () => {
    const roomArn = await createRoom();
    const viewer = await join(roomArn, { userId: "ben", capabilities: [] });
    const ann = await join(roomArn, { attributes: { displayName: "Ann" } });

    const sent = await ann.send("Grüezi 👋", { kind: "greeting" });

    assert.match(sent.id, /^[A-Za-z0-9]{12}$/);
    assert.match(sent.requestId, /^[0-9a-f-]{36}$/);
    assert.equal(sent.content, "Grüezi 👋");
    assert.deepEqual(sent.attributes, { kind: "greeting" });
    assert.deepEqual(sent.sender, { userId: "ann", attributes: { displayName: "Ann" } });
    assert.ok(sent.sendTime instanceof Date);
    assert.deepEqual(await viewer.diary.next("message"), sent);
    assert.deepEqual(await ann.diary.next("message"), sent);
  });

  check("messages of one sender arrive in order", async () => {
    const roomArn = await createRoom();
    const viewer = await join(roomArn, { userId: "ben", capabilities: [] });
    const ann = await join(roomArn);

    await Promise.all(["one", "two", "three"].map((content) => ann.send(content)));

    for (const content of ["one", "two", "three"]) {
      assert.equal((await viewer.diary.next("message")).content, content);
    }
  });

  check("a deleted message is deleted for everybody", async () => {
    const roomArn = await createRoom();
    const ann = await join(roomArn);
    const moderator = await join(roomArn, { userId: "mo", capabilities: MODERATOR });
    const { id } = await ann.send("Buy now");

    const deleted = await moderator.delete(id, "Spam");

    assert.equal(deleted.messageId, id);
    assert.equal(deleted.reason, "Spam");
    assert.deepEqual(await ann.diary.next("messageDelete"), deleted);
  });

  check("who is disconnected stays so in every tab, and may come back", async () => {
    const roomArn = await createRoom();
    const tabs = [await join(roomArn), await join(roomArn)];
    const moderator = await join(roomArn, { userId: "mo", capabilities: MODERATOR });

    const kicked = await moderator.disconnect("ann", "Rude");

    assert.equal(kicked.userId, "ann");
    assert.equal(kicked.reason, "Rude");
    for (const tab of tabs) {
      assert.deepEqual(await tab.diary.next("userDisconnect"), kicked);
      assert.equal(await tab.diary.next("disconnect"), "serverDisconnect");
    }
    await moderator.send("Is she gone?");
    for (const tab of tabs) {
      assert.equal(tab.tokens, 1);
      assert.deepEqual(tab.diary.order("connecting", "connect", "disconnect", "message"), [
        "connecting",
        "connect",
        "disconnect",
      ]);
    }
    await tabs[0].join();
    assert.equal((await tabs[0].send("I am back")).content, "I am back");
  });

  check("what the backend announces, deletes and disconnects reaches the visitor", async () => {
    const roomIdentifier = await createRoom();
    const ann = await join(roomIdentifier);
    const message = await ann.send("Buy now");

    const event = { roomIdentifier, eventName: "app:break", attributes: { minutes: "5" } };
    const announced = await client.send(new SendEventCommand(event));
    await client.send(new DeleteMessageCommand({ roomIdentifier, id: message.id }));
    const kick = { roomIdentifier, userId: "ann", reason: "Spam" };
    await client.send(new DisconnectUserCommand(kick));

    const heard = await ann.diary.next("event");
    assert.equal(heard.id, announced.id);
    assert.equal(heard.eventName, "app:break");
    assert.deepEqual(heard.attributes, { minutes: "5" });
    assert.equal((await ann.diary.next("messageDelete")).messageId, message.id);
    assert.equal((await ann.diary.next("userDisconnect")).reason, "Spam");
    assert.equal(await ann.diary.next("disconnect"), "serverDisconnect");
  });

  check("403: what the token does not allow, and the connection stays", async () => {
    const roomArn = await createRoom();
    const viewer = await join(roomArn, { userId: "ben", capabilities: [] });
    const ann = await join(roomArn);
    const { id } = await ann.send("Hello");

    await assert.rejects(viewer.send("Me too"), refusal(403));
    await assert.rejects(ann.delete(id), refusal(403));
    await assert.rejects(ann.disconnect("ben"), refusal(403));

    await ann.send("Still here?");
    assert.equal((await viewer.diary.next("message")).content, "Hello");
    assert.equal((await viewer.diary.next("message")).content, "Still here?");
    assert.deepEqual(viewer.diary.order("messageDelete", "disconnect"), []);
  });

  check("406: what the review handler denies, with its reason", async () => {
    const { roomArn, inputs } = await createReviewedRoom(({ Content, Attributes }) =>
      Content === "Darn"
        ? { ReviewResult: "DENY", Content, Attributes: { Reason: "Mind your words" } }
        : { ReviewResult: "ALLOW", Content: Content.toUpperCase(), Attributes },
    );
    const viewer = await join(roomArn, { userId: "ben", capabilities: [] });
    const ann = await join(roomArn, { attributes: { displayName: "Ann" } });

    await assert.rejects(ann.send("Darn"), (error) => {
      assert.match(error.errorMessage, /Mind your words/);
      return refusal(406)(error);
    });
    const changed = await ann.send("Sorry", { kind: "excuse" });

    assert.equal(changed.content, "SORRY");
    assert.deepEqual(await viewer.diary.next("message"), changed);
    assert.deepEqual(inputs.at(-1), {
      Content: "Sorry",
      MessageId: changed.id,
      RoomArn: roomArn,
      Attributes: { kind: "excuse" },
      Sender: { Attributes: { displayName: "Ann" }, UserId: "ann", Ip: "127.0.0.1" },
    });
  });

  check("429: more than ten messages in a second, and later it goes on", async () => {
    const roomArn = await createRoom();
    const viewer = await join(roomArn, { userId: "ben", capabilities: [] });
    const ann = await join(roomArn);

    const sending = Array.from({ length: 100 }, (_, number) => ann.send(`${number}`));
    const results = await Promise.allSettled(sending);

    const refused = results.filter(({ status }) => status === "rejected");
    const delivered = results.filter(({ status }) => status === "fulfilled");
    assert.ok(delivered.length >= 10 && refused.length > 0, `${delivered.length} delivered`);
    refused.forEach(({ reason }) => refusal(429)(reason));
    await advance(2);
    delivered.push({ value: await ann.send("A little later") });
    for (const { value } of delivered) {
      assert.deepEqual(await viewer.diary.next("message"), value);
    }
  });

  check("a connection is renewed before its token ends: nothing is lost or doubled", async () => {
    const roomArn = await createRoom();
    const wire = await proxy();
    const ben = await join(roomArn, { userId: "ben" });
    const ann = new Visitor(async () => {
      const { token } = await createChatToken(roomArn);
      // The SDK renews 30 seconds before the end, so here it does at once; then no more.
      return ann.tokens === 1
        ? { token, tokenExpirationTime: new Date(Date.now() + 30_100) }
        : { token };
    }, wire.url);
    endings.push(() => ann.leave());
    ann.room.logLevel = "debug";

    await ann.join();
    const release = wire.hold();
    await wire.diary.next("held"); // now the second connection is in the room, too
    await ben.send("to both connections");
    await ann.diary.next("message");
    release();
    await wire.diary.next("closed");
    await ben.send("to the second one");
    await ann.diary.next("message");

    assert.deepEqual(wire.diary.order("opened", "closed"), ["opened", "opened", "closed"]);
    assert.deepEqual(ann.diary.order("connecting", "connect", "disconnect"), [
      "connecting",
      "connect",
    ]);
    const contents = ann.diary.all("message").map(({ content }) => content);
    assert.deepEqual(contents, ["to both connections", "to the second one"]);
    const dropped = ann.diary.all("log").filter((text) => text.includes("already received"));
    assert.equal(dropped.length, 1);
    assert.equal((await ann.send("I heard it all")).content, "I heard it all");
  });

  check("after a cut it connects again with a fresh token", async () => {
    const roomArn = await createRoom();
    const wire = await proxy();
    const ann = await join(roomArn, {}, wire.url);

    wire.cut();
    await ann.diary.next("connect");

    assert.equal(ann.tokens, 2);
    assert.equal((await ann.send("Here again")).content, "Here again");
  });

  check("a token opens one connection: used again it is refused", async () => {
    const roomArn = await createRoom();
    const wire = await proxy();
    const { token } = await createChatToken(roomArn);
    const ann = new Visitor(async () => ({ token }), wire.url);
    endings.push(() => ann.leave());
    await ann.join();

    wire.cut();

    assert.equal(await ann.diary.next("disconnect"), "socketError");
    assert.equal(ann.tokens, 5); // the first, and four attempts
  });

  check("a token that is a minute old is refused", async () => {
    const roomArn = await createRoom();
    const ann = new Visitor(async () => {
      const { token } = await createChatToken(roomArn);
      await advance(62);
      return { token };
    }, MESSAGING_ENDPOINT);
    endings.push(() => ann.leave());

    ann.room.connect();

    assert.equal(await ann.diary.next("disconnect"), "socketError");
    assert.deepEqual(ann.diary.order("connect"), []);
  });

  check("when the session is over it connects again with a fresh token", async () => {
    const roomArn = await createRoom();
    const ann = await join(roomArn, { sessionDurationInMinutes: 1 });
    const ben = await join(roomArn, { userId: "ben" });

    await advance(62);
    await ann.diary.next("connect");

    assert.equal(ann.tokens, 2);
    assert.deepEqual(ann.diary.all("disconnect"), []);
    await ben.send("Still there?");
    assert.equal((await ann.diary.next("message")).content, "Still there?");
    assert.equal(ben.tokens, 1);
  });
}
