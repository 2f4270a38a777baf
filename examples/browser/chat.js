// The chat page: AWS's messaging SDK, and what it tells, shown.

import {
  ChatRoom,
  DeleteMessageRequest,
  DisconnectUserRequest,
  SendMessageRequest,
} from "amazon-ivs-chat-messaging";

const [join, chat, state, connections, leave, again, log, messages, send, problem, template] = [
  "join", "chat", "state", "connections", "leave", "again", "log", "messages", "send", "problem",
  "message",
].map((id) => document.getElementById(id));

const REASONS = {
  clientDisconnect: "you left",
  serverDisconnect: "the server ended the connection",
  socketError: "the chat cannot be reached",
  fetchTokenError: "no chat token could be had",
};

let room;
let me; // name and role, from the form
let removedBecause; // a moderator's reason, once I am removed
const count = { connected: 0, renewed: 0 };
const items = new Map(); // of the list, by message id

/** Fetch a token. The SDK calls this for every connection, since a token opens only one. */
async function tokenProvider() {
  if (room.state === "connected") count.renewed += 1; // a token ends soon: the SDK renews
  const answer = await fetch("chat-token", { method: "POST", body: JSON.stringify(me) });
  if (!answer.ok) throw new Error(`chat-token: ${answer.status}`);
  showCounts();
  return answer.json();
}

join.addEventListener("submit", async (event) => {
  event.preventDefault();
  me = Object.fromEntries(new FormData(join));
  const { regionOrUrl } = await (await fetch("settings")).json();
  room = new ChatRoom({ regionOrUrl, tokenProvider });
  room.logLevel = "error"; // left as it is, the SDK logs every token
  room.addListener("connecting", () => show("connecting", "Connecting…"));
  room.addListener("connect", onConnect);
  room.addListener("disconnect", onDisconnect);
  room.addListener("message", onMessage);
  room.addListener("messageDelete", onMessageDelete);
  room.addListener("userDisconnect", onUserDisconnect);

  document.getElementById("entrance").hidden = true;
  chat.hidden = false;
  room.connect();
});

leave.addEventListener("click", () => room.disconnect());
again.addEventListener("click", () => {
  removedBecause = undefined;
  room.connect();
});

send.addEventListener("submit", (event) => {
  event.preventDefault();
  const { content, kind } = Object.fromEntries(new FormData(send));
  attempt(async () => {
    await room.sendMessage(new SendMessageRequest(content, kind ? { kind } : undefined));
    send.reset();
  });
});

/** Do what asks something of the room, and show the error that it answers with. */
async function attempt(request) {
  problem.textContent = "";
  try {
    await request();
  } catch (error) {
    const code = error.errorCode ? ` (${error.errorCode})` : "";
    problem.textContent = `${error.errorMessage ?? error.message}${code}`;
  }
}

function show(name, text) {
  chat.dataset.state = name;
  state.textContent = text;
  send.hidden = me.role === "viewer";
  for (const control of send.elements) control.disabled = name !== "connected";
  leave.hidden = name === "disconnected";
  again.hidden = !leave.hidden;
}

function showCounts() {
  const times = (number) => (number === 1 ? "once" : `${number} times`);
  const reconnected = Math.max(count.connected - 1, 0);
  connections.textContent = `Renewed ${times(count.renewed)}, reconnected ${times(reconnected)}`;
}

function onConnect() {
  count.connected += 1;
  show("connected", `Connected as ${me.name}, ${me.role}`);
  showCounts();
  const { activeElement } = document; // what had the focus may have been hidden
  if (activeElement === document.body || !activeElement.checkVisibility()) {
    (send.hidden ? log : send.content).focus();
  }
}

function onDisconnect(reason) {
  const because = removedBecause === undefined ? REASONS[reason] : removedBecause;
  show("disconnected", `Disconnected: ${because}`);
  again.focus();
}

function onMessage({ id, sender, content, sendTime, attributes = {} }) {
  const item = template.content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`.${name}`);
  const name = sender.attributes?.displayName ?? sender.userId;
  item.classList.toggle("own", sender.userId === me.name);
  part("name").textContent = name; // never innerHTML: it is what strangers wrote
  part("role").textContent = sender.attributes?.role ?? "";
  part("content").textContent = content;
  item.querySelector("time").dateTime = sendTime.toISOString();
  item.querySelector("time").textContent = sendTime.toLocaleTimeString([], { timeStyle: "short" });
  for (const [key, value] of Object.entries(attributes)) {
    part("attributes").append(tag(`${key}: ${value}`));
  }

  part("moderation").hidden = me.role !== "moderator";
  part("delete").ariaLabel = `Delete “${content}” by ${name}`;
  part("delete").addEventListener("click", () =>
    attempt(() => room.deleteMessage(new DeleteMessageRequest(id, "not suitable"))),
  );
  part("remove").hidden = sender.userId === me.name;
  part("remove").textContent = `Remove ${name}`;
  part("remove").addEventListener("click", () =>
    attempt(() => room.disconnectUser(new DisconnectUserRequest(sender.userId, "be kind"))),
  );
  items.set(id, item);
  messages.append(item);
}

function onMessageDelete({ messageId, reason }) {
  const item = items.get(messageId);
  if (!item) return; // sent before I came
  const hadFocus = item.contains(document.activeElement);
  item.className = "deleted";
  item.replaceChildren(`Deleted by a moderator${reason ? `: ${reason}` : ""}`);
  if (hadFocus) item.focus();
}

function onUserDisconnect({ userId, reason }) {
  const because = reason ? `: ${reason}` : "";
  if (userId === me.name) removedBecause = `a moderator removed you${because}`;
  const item = document.createElement("li");
  item.className = "notice";
  item.textContent = `${userId} was removed by a moderator${because}`;
  messages.append(item);
}

function tag(text) {
  const element = document.createElement("span");
  element.className = "tag";
  element.textContent = text;
  return element;
}
