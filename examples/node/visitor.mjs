// A visitor of the tests, who chats with AWS's messaging SDK and notes what happens.

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

import {
  ChatRoom,
  DeleteMessageRequest,
  DisconnectUserRequest,
  SendMessageRequest,
} from "amazon-ivs-chat-messaging";

import { Diary } from "./diary.mjs";

const DEADLINE = 10_000; // milliseconds, for what takes a few on an idle machine
const EVENTS = [
  "connecting",
  "connect",
  "disconnect",
  "message",
  "event",
  "messageDelete",
  "userDisconnect",
];

/** The diary has the SDK's events, "token" for each token it asked for, and its "log". */
export class Visitor {
  diary = new Diary();

  constructor(tokenProvider, url) {
    this.room = new ChatRoom({
      regionOrUrl: url,
      tokenProvider: () => {
        this.diary.note("token");
        return tokenProvider();
      },
    });
    this.room.logLevel = "error";
    const log = (message) => this.diary.note("log", message);
    this.room.logger = { debug: log, info: log, error: log };
    for (const name of EVENTS) {
      this.room.addListener(name, (detail) => this.diary.note(name, detail));
    }
  }

  get tokens() {
    return this.diary.all("token").length;
  }

  async join() {
    this.room.connect();
    await this.diary.next("connect");
  }

  send(content, attributes) {
    return inTime(this.room.sendMessage(new SendMessageRequest(content, attributes)));
  }

  delete(id, reason) {
    return inTime(this.room.deleteMessage(new DeleteMessageRequest(id, reason)));
  }

  disconnect(userId, reason) {
    return inTime(this.room.disconnectUser(new DisconnectUserRequest(userId, reason)));
  }

  /** Leave; a frame that the SDK could not read, or did not expect, is a defect. */
  leave() {
    this.room.disconnect();
    const defects = this.diary.all("log").filter((text) => /\bfail|unknown|pending/.test(text));
    assert.deepEqual(defects, []);
  }
}

/** Give a promise a deadline: the SDK never settles one whose answer it could not read. */
function inTime(promise) {
  const late = setTimeout(DEADLINE, undefined, { ref: false }).then(() => {
    throw new Error("no answer");
  });
  return Promise.race([promise, late]);
}
