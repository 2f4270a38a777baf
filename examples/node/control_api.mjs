// The fake server's control API, as far as the tests of the examples need it.

import assert from "node:assert/strict";

const ENDPOINT = process.env.AWS_ENDPOINT_URL_IVSCHAT;
assert.ok(ENDPOINT, "set AWS_ENDPOINT_URL_IVSCHAT: see README.md");

export async function control(method, path, body) {
  const answer = await fetch(new URL(`/_control/${path}`, ENDPOINT), {
    method,
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** Move the server's clock on. */
export const advance = (seconds) => control("POST", "clock/advance", { seconds });

/** Let the server's clock show real time again. */
export const realTime = () => control("DELETE", "clock");
