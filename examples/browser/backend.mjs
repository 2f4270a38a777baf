// The backend of the chat page: it hands out chat tokens, and serves the page's files.
//
// The client takes everything from the environment, as in ../node/chat_token.mjs. With
// AWS_ENDPOINT_URL_IVSCHAT and IVSCHAT_MESSAGING_ENDPOINT it works with the fake server,
// without them with Amazon IVS Chat in AWS_REGION.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

import {
  ChatTokenCapability,
  CreateChatTokenCommand,
  CreateRoomCommand,
  IvschatClient,
} from "@aws-sdk/client-ivschat";

const { SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER } = ChatTokenCapability;

/** What each role may do. Reading needs no capability. */
const CAPABILITIES = {
  viewer: [],
  member: [SEND_MESSAGE],
  moderator: [SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER],
};

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/chat.css": ["chat.css", "text/css; charset=utf-8"],
  "/chat.js": ["dist/chat.js", "text/javascript; charset=utf-8"],
};

/** Listen on this port (0: any free one) and return the server; its `url` is the page's. */
export async function startBackend({ port = 0, roomArn, regionOrUrl }) {
  const client = new IvschatClient();
  roomArn ??= (await client.send(new CreateRoomCommand({ name: "example" }))).arn;

  /** Ask for a token. Take name and role from your own login, never from the request. */
  async function createChatToken({ name, role }) {
    const { token, tokenExpirationTime, sessionExpirationTime } = await client.send(
      new CreateChatTokenCommand({
        roomIdentifier: roomArn,
        userId: name,
        capabilities: CAPABILITIES[role],
        attributes: { displayName: name, role }, // shown to everybody with each message
        sessionDurationInMinutes: 60,
      }),
    );
    return { token, tokenExpirationTime, sessionExpirationTime }; // as JSON, dates are strings
  }

  async function answer(request, response) {
    const file = FILES[request.url];
    if (request.method === "GET" && file) {
      response.setHeader("Content-Type", file[1]);
      response.end(await readFile(new URL(file[0], import.meta.url)));
    } else if (request.method === "GET" && request.url === "/settings") {
      respond(response, 200, { regionOrUrl });
    } else if (request.method === "POST" && request.url === "/chat-token") {
      respond(response, 200, await createChatToken(await json(request)));
    } else {
      respond(response, 404, { message: "There is nothing here." });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(`${request.method} ${request.url}: ${error.name}`);
      respond(response, 500, { message: error.name });
    });
  });
  server.on("close", () => client.destroy());
  await once(server.listen(port, "127.0.0.1"), "listening");
  server.url = `http://127.0.0.1:${server.address().port}/`;
  return server;
}

function respond(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

// What follows runs for `node backend.mjs`, not where the function is imported.
if (process.argv[1] === import.meta.filename) {
  const { PORT, ROOM_ARN, IVSCHAT_MESSAGING_ENDPOINT, AWS_REGION } = process.env;
  const server = await startBackend({
    port: Number(PORT ?? 8080),
    roomArn: ROOM_ARN,
    regionOrUrl: IVSCHAT_MESSAGING_ENDPOINT ?? AWS_REGION,
  });
  console.log(`The chat is at ${server.url}`);
}
