// What @aws-sdk/client-ivschat makes of the server that AWS_ENDPOINT_URL_IVSCHAT names.
// Start one first (see README.md); these tests start nothing.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { CreateChatTokenCommand, IvschatClient } from "@aws-sdk/client-ivschat";

import { createChatToken, createRoom } from "./chat_token.mjs";

const MINUTE = 60_000;

assert.ok(process.env.AWS_ENDPOINT_URL_IVSCHAT, "set AWS_ENDPOINT_URL_IVSCHAT: see README.md");

/** Run `use` with a client of these settings; refusals are final, so that it never retries. */
async function withClient(settings, use) {
  const client = new IvschatClient({ maxAttempts: 1, ...settings });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** Hold that the service refused with this name and status, under a request id. */
function refusal(name, status) {
  return (error) => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata.httpStatusCode, status);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  };
}

let roomArn;

before(async () => {
  roomArn = await withClient({}, createRoom);
});

test("a room and a chat token are created", async () => {
  const answer = await withClient({}, (client) => createChatToken(client, roomArn, "visitor-1"));

  assert.match(roomArn, /^arn:aws:ivschat:[a-z0-9-]+:\d+:room\/[A-Za-z0-9]{12}$/);
  assert.equal(answer.$metadata.httpStatusCode, 200);
  assert.match(answer.$metadata.requestId, /^[0-9a-f-]{36}$/);
  assert.match(answer.token, /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,4096}$/);
});

test("both times are dates, a minute and an hour after the same instant", async () => {
  const answer = await withClient({}, (client) => createChatToken(client, roomArn, "visitor-1"));

  assert.ok(answer.tokenExpirationTime instanceof Date);
  assert.ok(answer.sessionExpirationTime instanceof Date);
  assert.equal(answer.sessionExpirationTime - answer.tokenExpirationTime, 59 * MINUTE);
});

test("a wrong secret is refused", async () => {
  const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" };

  await assert.rejects(
    withClient({ credentials }, createRoom),
    refusal("InvalidSignatureException", 403),
  );
});

test("an unknown access key is refused", async () => {
  const credentials = { accessKeyId: "AKIDUNKNOWN", secretAccessKey: "wrong" };

  await assert.rejects(
    withClient({ credentials }, createRoom),
    refusal("UnrecognizedClientException", 403),
  );
});

test("an unsigned request is refused", async () => {
  const signer = { sign: async (request) => request };

  await assert.rejects(
    withClient({ signer }, createRoom),
    refusal("MissingAuthenticationTokenException", 403),
  );
});

test("a date an hour old is refused", async () => {
  await assert.rejects(
    withClient({ systemClockOffset: -60 * MINUTE }, createRoom),
    refusal("InvalidSignatureException", 403),
  );
});

test("a body that was changed after it was signed is refused", async () => {
  const change = (next) => (call) => {
    call.request.body = call.request.body.replace("visitor-1", "visitor-2");
    return next(call);
  };

  await assert.rejects(
    withClient({}, (client) => {
      client.middlewareStack.add(change, { step: "deserialize" }); // comes after signing
      return createChatToken(client, roomArn, "visitor-1");
    }),
    refusal("InvalidSignatureException", 403),
  );
});

test("a session may last 180 minutes and no longer", async () => {
  const last = (minutes) =>
    withClient({}, (client) =>
      client.send(
        new CreateChatTokenCommand({
          roomIdentifier: roomArn,
          userId: "visitor-1",
          sessionDurationInMinutes: minutes,
        }),
      ),
    );

  assert.ok((await last(180)).token);
  await assert.rejects(last(181), (error) => {
    assert.equal(error.reason, "FIELD_VALIDATION_FAILED");
    assert.equal(error.fieldList[0].name, "sessionDurationInMinutes");
    return refusal("ValidationException", 400)(error);
  });
});

test("a room that is not there is named", async () => {
  const missing = roomArn.replace(/[^/]+$/, "AbsentRoom12");

  await assert.rejects(
    withClient({}, (client) => createChatToken(client, missing, "visitor-1")),
    (error) => {
      assert.equal(error.resourceId, "AbsentRoom12");
      assert.equal(error.resourceType, "ROOM");
      return refusal("ResourceNotFoundException", 404)(error);
    },
  );
});
