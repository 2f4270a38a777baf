// Drives the chat page in Chromium against the server that AWS_ENDPOINT_URL_IVSCHAT and
// IVSCHAT_MESSAGING_ENDPOINT name. Start one first (see README.md), its clock on real time.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { chromium } from "playwright-core";

import { advance, realTime } from "../node/control_api.mjs";
import { startProxy } from "../node/tcp_proxy.mjs";
import { startBackend } from "./backend.mjs";

const MESSAGING_ENDPOINT = process.env.IVSCHAT_MESSAGING_ENDPOINT;
assert.ok(MESSAGING_ENDPOINT, "set IVSCHAT_MESSAGING_ENDPOINT: see README.md");

const DEADLINE = 20_000; // milliseconds, for what takes a few on an idle machine
const ARGUMENTS = [
  "--no-sandbox", // Chromium refuses to run as root with it, as in containers
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser;
const endings = []; // what a test leaves to be closed

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
  });
});

after(() => browser.close());

afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
  await realTime();
});

/** Start the page's backend with a room of its own, and return the page's address. */
async function startChat(regionOrUrl = MESSAGING_ENDPOINT) {
  const backend = await startBackend({ regionOrUrl });
  endings.push(() => {
    backend.close();
    backend.closeAllConnections();
  });
  return backend.url;
}

/** Open the page in a browser window of its own. */
async function open(url, options) {
  const context = await browser.newContext(options);
  endings.push(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE);
  page.on("pageerror", (error) => assert.fail(error));
  page.on("request", (request) => assert.match(request.url(), /^(http:\/\/127\.0\.0\.1:|data:,)/));
  await page.goto(url);
  return page;
}

/** Open the page and join under this name. */
async function join(url, name, role, options) {
  const page = await open(url, options);
  await enter(page, name, role);
  return page;
}

async function enter(page, name, role) {
  await page.getByLabel("Name").fill(name);
  await page.getByRole("radio", { name: role }).check();
  await page.getByRole("button", { name: "Join" }).click();
  await state(page, "Connected");
}

async function say(page, text) {
  await page.getByLabel("Your message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** Wait until the line that tells the connection's state has this text. */
function state(page, text) {
  return page.getByRole("status").filter({ hasText: text }).waitFor();
}

/** Wait until this text stands among the messages, and return the entry. */
async function entry(page, text) {
  const found = page.getByRole("log").getByRole("listitem").filter({ hasText: text });
  await found.waitFor();
  return found;
}

function check(name, run) {
  test(name, { timeout: 60_000 }, run);
}

check("a message appears in both windows, with sender, time and attributes", async () => {
  const url = await startChat();
  const ben = await join(url, "Ben", "viewer");
  const ann = await join(url, "Ann", "member");

  await ann.getByLabel("Kind").selectOption("question");
  await say(ann, "Is <b>this</b> on? 👋");

  for (const page of [ann, ben]) {
    const item = await entry(page, "Is <b>this</b> on? 👋");
    const text = await item.innerText();
    assert.match(text, /Ann\s+member\s+\d+:\d\d/);
    assert.match(text, /kind: question/);
  }
  assert.equal(await ann.getByLabel("Your message").inputValue(), "");
  assert.equal(await ben.getByLabel("Your message").isVisible(), false);
  assert.equal(await ann.getByRole("button", { name: "Remove" }).isVisible(), false);
});

check("the keyboard is enough to join, write and delete", async () => {
  const page = await open(await startChat());
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  await page.locator("input[name=name]:focus").waitFor(); // the page gives it that itself
  await page.keyboard.type("Mo");
  await press("Tab", "ArrowDown", "Enter"); // from member to moderator
  await state(page, "Connected as Mo, moderator");
  await page.keyboard.type("Hello");
  await press("Enter");
  await entry(page, "Hello");
  await press("Shift+Tab", "Shift+Tab", "Enter"); // back over the kind to Delete
  await entry(page, "Deleted by a moderator: not suitable");

  const focused = await page.evaluate(() => document.activeElement.className);
  assert.equal(focused, "deleted");
});

check("a moderator deletes a message for everybody", async () => {
  const url = await startChat();
  const ann = await join(url, "Ann", "member");
  const mo = await join(url, "Mo", "moderator");
  await say(ann, "Buy now");

  await (await entry(mo, "Buy now")).getByRole("button", { name: "Delete" }).click();

  await entry(ann, "Deleted by a moderator: not suitable");
  assert.equal(await ann.getByText("Buy now").count(), 0);
});

check("who is removed learns why, stays out, and may join again", async () => {
  const url = await startChat();
  const ann = await join(url, "Ann", "member");
  const mo = await join(url, "Mo", "moderator");
  await say(ann, "You fools");

  await (await entry(mo, "You fools")).getByRole("button", { name: "Remove Ann" }).click();

  await state(ann, "Disconnected: a moderator removed you: be kind");
  await entry(ann, "Ann was removed by a moderator: be kind");
  await say(mo, "She is gone");
  await entry(mo, "She is gone");
  assert.equal(await ann.getByText("reconnected 0 times").count(), 1);
  assert.equal(await ann.getByRole("button", { name: "Send" }).isDisabled(), true);

  await ann.getByRole("button", { name: "Join again" }).click();
  await state(ann, "Connected");
  await say(ann, "Sorry");
  await entry(mo, "Sorry");
});

check("an error is shown, and the text stays in its box", async () => {
  const ann = await join(await startChat(), "Ann", "member");

  await say(ann, "x".repeat(501));

  await ann.getByRole("alert").filter({ hasText: /\((400|413)\)/ }).waitFor();
  assert.equal((await ann.getByLabel("Your message").inputValue()).length, 501);
});

check("the connection is renewed by itself before the token ends", async () => {
  const url = await startChat();
  const ben = await join(url, "Ben", "member");
  const ann = await open(url);
  // The page's clock is a little ahead: a token that has over a minute left, by the clock of
  // the SDK, is renewed as soon as it has a minute left, and that would be at once.
  await ann.clock.install({ time: Date.now() + 5_000 });
  await enter(ann, "Ann", "member");

  // Both clocks move, or the page would take every new token for one that ends at once.
  await advance(31);
  await ann.clock.fastForward(31_000);

  await ann.getByText("Renewed once, reconnected 0 times").waitFor();
  await say(ben, "Can you hear me?");
  await entry(ann, "Can you hear me?");
  await say(ann, "Yes");
  await entry(ben, "Yes");
});

check("when the session is over the page connects again", async () => {
  const url = await startChat();
  const ann = await join(url, "Ann", "member");

  await advance(60 * 60 + 2);

  await ann.getByText("reconnected once").waitFor();
  await state(ann, "Connected");
  await say(ann, "Here again");
  await entry(ann, "Here again");
});

check("after a cut the page connects again", async () => {
  const wire = await startProxy(MESSAGING_ENDPOINT);
  endings.push(() => wire.close());
  const ann = await join(await startChat(wire.url), "Ann", "member");

  wire.cut();

  await ann.getByText("reconnected once").waitFor();
  await state(ann, "Connected");
  await say(ann, "Here again");
  await entry(ann, "Here again");
});

check("a chat that cannot be reached is said, and Leave and Join again work", async () => {
  const wire = await startProxy(MESSAGING_ENDPOINT);
  endings.push(() => wire.close());
  const ann = await join(await startChat(wire.url), "Ann", "member");
  await ann.getByRole("button", { name: "Leave" }).click();
  await state(ann, "Disconnected: you left");
  wire.close();

  await ann.getByRole("button", { name: "Join again" }).click();

  await state(ann, "Disconnected: the chat cannot be reached");
});

check("a backend that hands out no token is said", async () => {
  const page = await open(await startChat());
  await page.route("**/chat-token", (route) => route.fulfill({ status: 503 }));
  await page.getByLabel("Name").fill("Ann");

  await page.getByRole("button", { name: "Join" }).click();

  await state(page, "Disconnected: no chat token could be had");
});

for (const colorScheme of ["light", "dark"]) {
  check(`on a narrow ${colorScheme} screen everything fits and can be read`, async () => {
    const viewport = { width: 320, height: 640 };
    const mo = await join(await startChat(), "Mo", "moderator", { viewport, colorScheme });
    await say(mo, "W".repeat(300));
    await entry(mo, "WWW");

    for (const selector of ["html", "#log"]) {
      const excess = await mo.locator(selector).evaluate((it) => it.scrollWidth - it.clientWidth);
      assert.equal(excess, 0, `${selector} is wider than the screen by ${excess}`);
    }
    for (const selector of ["#state", "#connections", ".name", "time", ".content", ".primary"]) {
      const ratio = await mo.locator(`${selector}:visible`).first().evaluate(contrast);
      assert.ok(ratio >= 4.5, `${selector}: contrast ${ratio.toFixed(1)}`);
    }
  });
}

/** Return the contrast of an element's text, as WCAG reckons it. Runs in the page. */
function contrast(element) {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color)
      .map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let behind = element;
  while (channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const colors = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
  const [dark, light] = colors.map(luminance).sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}
