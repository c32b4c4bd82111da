import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import { ConfigError } from "../../src/core/errors.ts";
import { type Simulator, startSimulator, startSimulatorWorker } from "../../src/simulator/index.ts";
import { eventually } from "../support/eventually.ts";
import { AUTH_HEADERS, start } from "./simulator-client.ts";

/** One connection at a time, trusting the simulator's authority alone. */
function trusting(simulator: { readonly ca: string | undefined }): Agent {
  const agent = new Agent({ connections: 1, connect: { ca: simulator.ca ?? "" } });
  onTestFinished(() => agent.destroy());
  return agent;
}

async function ask(
  simulator: { readonly url: string },
  dispatcher: Agent,
  path = "/v2/account",
): Promise<unknown> {
  const { body } = await request(simulator.url + path, { dispatcher, headers: AUTH_HEADERS });
  return body.json();
}

describe("over TLS", () => {
  test("requests and streams come over one port, to those who trust its authority", async () => {
    const simulator = await start({ tls: true });
    expect(simulator.url).toBe(`https://127.0.0.1:${simulator.port}`);
    expect(simulator.ca).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(await ask(simulator, trusting(simulator))).toMatchObject({ status: "ACTIVE" });
    const named = { url: `https://localhost:${simulator.port}` };
    expect(await ask(named, trusting(simulator))).toMatchObject({ status: "ACTIVE" });
    const socket = new WebSocket(`wss://127.0.0.1:${simulator.port}/v2/iex`, {
      ca: simulator.ca ?? "",
    });
    onTestFinished(() => socket.terminate());
    const welcome = await new Promise<string>((resolve, reject) => {
      socket.once("message", (data) => resolve(String(data)));
      socket.once("error", reject);
    });
    expect(welcome).toBe('[{"T":"success","msg":"connected"}]');
    await eventually(() =>
      expect(simulator.state().sockets).toMatchObject({ http: 2, webSocket: 1 }),
    );
    simulator.inject({ kind: "cut" });
    await simulator.close();
    expect(simulator.state().sockets).toMatchObject({ http: 0, webSocket: 0 });
  });

  test("nobody else is let in by mistake", async () => {
    const simulator = await start({ tls: true });
    const other = await start({ tls: true });
    for (const agent of [trusting(other), new Agent()]) {
      await expect(ask(simulator, agent)).rejects.toThrow(/certificate/);
      await agent.destroy();
    }
  });

  test("connections break, close and are limited as without it", async () => {
    const outcomesOf = async (simulator: Simulator): Promise<readonly string[]> => {
      const agent = trusting(simulator);
      const outcomes: string[] = [];
      for (let index = 0; index < 6; index++) {
        const outcome = ask(simulator, agent).then(
          () => "ok",
          (error: NodeJS.ErrnoException) => error.code ?? error.message,
        );
        outcomes.push(await outcome);
      }
      return outcomes;
    };
    const faults = [
      { kind: "http-reset" },
      { kind: "http-reset", at: "mid-body" },
      { kind: "http-keep-alive-close", how: "reset" },
      { kind: "http-keep-alive-close" },
    ] as const;
    const outcomes = await outcomesOf(await start({ tls: true, faults }));
    expect(outcomes).toEqual([
      "ECONNRESET",
      "ECONNRESET",
      "ok",
      "ECONNRESET",
      "ok",
      "UND_ERR_SOCKET",
    ]);
    expect(await outcomesOf(await start({ faults }))).toEqual(outcomes);

    const limited = await start({ tls: true, plan: { httpConnectionLimit: 1 } });
    await ask(limited, trusting(limited));
    await expect(ask(limited, trusting(limited))).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(limited.state()).toMatchObject({
      sockets: { http: 1, httpMost: 1 },
      httpConnectionsReset: 1,
    });
  });

  test("idle connections are dropped as without it", async () => {
    const simulator = await start({ tls: true, faults: [{ kind: "http-idle-drop", meanMs: 10 }] });
    const agent = trusting(simulator);
    const gone = new Promise((resolve) => agent.once("disconnect", resolve));
    await ask(simulator, agent);
    await gone;
    expect(simulator.state().faultsFired).toEqual({ "http-idle-drop": 1 });
  });

  test("is not, unless it is asked for", async () => {
    const simulator = await start();
    expect(simulator.url.startsWith("http://")).toBe(true);
    expect(simulator.ca).toBeUndefined();
    await expect(startSimulator({ tls: "yes" as unknown as boolean })).rejects.toThrow(ConfigError);
  });
});

const isBuilt = existsSync(
  fileURLToPath(new URL("../../dist/simulator/certificates.js", import.meta.url)),
);

// `npm test` builds before it tests; a lone run of this file may come before any build.
test.skipIf(!isBuilt)("a simulator in a thread of its own tells its authority, too", async () => {
  await using simulator = await startSimulatorWorker({ tls: true });
  expect(await ask(simulator, trusting(simulator))).toMatchObject({ status: "ACTIVE" });
});
