// A backend hands a visitor a chat token; the visitor's page opens the chat with it.
//
// The client takes everything from the environment: AWS_ENDPOINT_URL_IVSCHAT, AWS_REGION,
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. So the same file runs against the fake
// server (`ivschat-conformance serve` prints the lines to paste) and, without the first
// variable, against Amazon IVS Chat. ROOM_ARN names the room; without it one is made.

import {
  ChatTokenCapability,
  CreateChatTokenCommand,
  CreateRoomCommand,
  IvschatClient,
} from "@aws-sdk/client-ivschat";

/** Make a room and return its ARN: a chat token is for an ARN, never for an id. */
export async function createRoom(client) {
  const room = await client.send(new CreateRoomCommand({ name: "example" }));
  return room.arn;
}

/** Ask for a token with which this user can read and write in the room for an hour. */
export function createChatToken(client, roomArn, userId) {
  return client.send(
    new CreateChatTokenCommand({
      roomIdentifier: roomArn,
      userId,
      capabilities: [ChatTokenCapability.SEND_MESSAGE], // reading needs none
      sessionDurationInMinutes: 60, // 180 at most
      attributes: { displayName: "Visitor" }, // shown to everybody with each message
    }),
  );
}

// What follows runs for `node chat_token.mjs`, not where the functions are imported.
if (process.argv[1] === import.meta.filename) {
  const client = new IvschatClient();
  const roomArn = process.env.ROOM_ARN ?? (await createRoom(client));
  const answer = await createChatToken(client, roomArn, "visitor-1");

  // The token is a secret until it is used: send it to this visitor's page, log it never.
  console.log(`token of ${answer.token.length} characters`);
  console.log(`opens a connection until ${answer.tokenExpirationTime.toISOString()}`);
  console.log(`which lasts until ${answer.sessionExpirationTime.toISOString()}`);
}
