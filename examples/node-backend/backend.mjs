// A backend that lets people into a chat room, and lets moderators disconnect them.
//
// Region, credentials and endpoint come from the environment, as the SDK reads them: with
// AWS_ENDPOINT_URL_IVSCHAT it works with the fake server, without it with Amazon IVS Chat.
// IVSCHAT_ROOM_ARN is the room.

import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

import {
  ChatTokenCapability,
  CreateChatTokenCommand,
  DisconnectUserCommand,
  IvschatClient,
} from "@aws-sdk/client-ivschat";

const { SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER } = ChatTokenCapability;

/** What each role may do. Reading needs no capability. */
const CAPABILITIES = {
  viewer: [],
  member: [SEND_MESSAGE],
  moderator: [SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER],
};
const FOR_A_MOMENT = ["ThrottlingException", "InternalServerException"];

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Listen on this port (0: any free one) and return the server; its `url` is where. */
export async function startBackend({ port = 0, roomArn, maxAttempts }) {
  const client = new IvschatClient({ maxAttempts });
  const routes = {
    /** Give a token that opens one connection, within its minute. */
    "POST /chat-token": async ({ name, role }) => {
      const { token, tokenExpirationTime, sessionExpirationTime } = await client.send(
        new CreateChatTokenCommand({
          roomIdentifier: roomArn, // an ARN, since an id alone is refused
          userId: name,
          capabilities: CAPABILITIES[role],
          attributes: { displayName: name },
          sessionDurationInMinutes: 60,
        }),
      );
      return { token, tokenExpirationTime, sessionExpirationTime }; // dates become strings
    },
    /** Disconnect a user everywhere. It is no ban: refuse the next token for that. */
    "POST /kick": async ({ role }, { userId, reason }) => {
      if (role !== "moderator") throw new Refusal(403, "only moderators disconnect users");
      await client.send(new DisconnectUserCommand({ roomIdentifier: roomArn, userId, reason }));
    },
  };

  const server = createServer(async (request, response) => {
    try {
      const route = routes[`${request.method} ${request.url}`];
      if (!route) throw new Refusal(404, "there is nothing here");
      const body = request.headers["content-type"] ? await json(request) : {};
      const answer = await route(loggedIn(request), body);
      respond(response, answer ? 200 : 204, answer);
    } catch (error) {
      respond(response, statusOf(error), { message: error.message });
    }
  });
  server.on("close", () => client.destroy());
  await once(server.listen(port, "127.0.0.1"), "listening");
  server.url = `http://127.0.0.1:${server.address().port}`;
  return server;
}

/** Return who is asking. Put your own login here: headers can say anything. */
function loggedIn({ headers }) {
  const person = { name: headers["x-name"], role: headers["x-role"] ?? "viewer" };
  if (!person.name || !Object.hasOwn(CAPABILITIES, person.role)) {
    throw new Refusal(401, "nobody is logged in");
  }
  return person;
}

/** Say whether to try again: the chat's clients do at 503, and stop at 502. */
function statusOf(error) {
  if (error instanceof Refusal) return error.status;
  return FOR_A_MOMENT.includes(error.name) ? 503 : 502;
}

function respond(response, status, body) {
  response.writeHead(status, body && { "Content-Type": "application/json" });
  response.end(body && JSON.stringify(body));
}

// What follows runs for `node backend.mjs`, not where the function is imported.
if (process.argv[1] === import.meta.filename) {
  const { PORT, IVSCHAT_ROOM_ARN } = process.env;
  const server = await startBackend({ port: Number(PORT ?? 8080), roomArn: IVSCHAT_ROOM_ARN });
  console.log(`The backend is at ${server.url}`);
}
