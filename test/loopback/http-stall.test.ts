import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpSession } from "../../src/http/http-session.ts";
import { realDelay, rejection } from "./http-loopback-server.ts";

/** Answers after 100 ms, in a process of its own, so that it works while this one stands still. */
const SERVER = `
  const server = require("node:http").createServer((request, response) => {
    if (request.url !== "/never") setTimeout(() => response.end("{}"), 100);
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

const server = spawn(process.execPath, ["-e", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
let origin = "";

beforeAll(async () => {
  const [port] = await once(server.stdout, "data");
  origin = `http://127.0.0.1:${String(port).trim()}`;
});

afterAll(async () => {
  const exited = once(server, "exit");
  server.kill();
  await exited;
});

/** Stands still right before the phase of the loop in which timers run, so that they run first. */
async function blockEventLoop(forMs: number): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

test("an event loop that stood still is not taken for a silent venue", async () => {
  await using session = new HttpSession({ retry: false });
  const pending = session.request({ operation: "x", url: origin, readMs: 300 });
  await realDelay(50);

  await blockEventLoop(800);

  expect((await pending).statusCode).toBe(200);
});

test("a venue that was silent all the same is found right after the stall", async () => {
  await using session = new HttpSession({ retry: false });
  const pending = rejection(
    session.request({ operation: "x", url: `${origin}/never`, readMs: 300 }),
  );
  await realDelay(50);

  await blockEventLoop(800);
  const startedMs = performance.now();

  expect(await pending).toMatchObject({ code: "ERR_DEADLINE", phase: "read" });
  expect(performance.now() - startedMs).toBeLessThan(100);
});
