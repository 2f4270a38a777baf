// A visitor chats: joins a room with a chat token, says something, hears everybody.
//
// IVSCHAT_MESSAGING_ENDPOINT is the `messagingEndpoint` of the fake server's first line;
// without it the SDK goes to Amazon IVS Chat in AWS_REGION. The rest is as in
// chat_token.mjs, which stands here for the backend that a real visitor would ask.

import { IvschatClient } from "@aws-sdk/client-ivschat";
import { ChatRoom, SendMessageRequest } from "amazon-ivs-chat-messaging";
import { WebSocket } from "ws";

import { createChatToken, createRoom } from "./chat_token.mjs";

globalThis.WebSocket ??= WebSocket; // the SDK looks for a global one; Node 22 brings it

/**
 * Return a chat room that is not connected yet.
 *
 * `tokenProvider` is called for every connection, since a token opens only one: at first,
 * after a break, and shortly before tokenExpirationTime, when the SDK renews by itself.
 */
export function createChatRoom(tokenProvider) {
  const regionOrUrl = process.env.IVSCHAT_MESSAGING_ENDPOINT ?? process.env.AWS_REGION;
  const room = new ChatRoom({ regionOrUrl, tokenProvider });
  room.logLevel = "error"; // left as it is, the SDK logs every token
  return room;
}

/** Connect, and wait until messages can be sent. */
export function connect(room) {
  return new Promise((resolve, reject) => {
    room.addListener("connect", resolve);
    room.addListener("disconnect", (reason) => reject(new Error(`not connected: ${reason}`)));
    room.connect();
  });
}

// What follows runs for `node chat_room.mjs`, not where the functions are imported.
if (process.argv[1] === import.meta.filename) {
  const client = new IvschatClient();
  const roomArn = process.env.ROOM_ARN ?? (await createRoom(client));
  const room = createChatRoom(() => createChatToken(client, roomArn, "visitor-1"));

  room.addListener("message", ({ sender, content }) => {
    console.log(`${sender.attributes?.displayName ?? sender.userId}: ${content}`);
  });
  await connect(room);
  await room.sendMessage(new SendMessageRequest("Hello, everybody"));
  room.disconnect();
}
