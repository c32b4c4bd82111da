import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { pause } from "../support/eventually.ts";
import { clientOf } from "../support/venue.ts";

const trade = (id: number): string =>
  JSON.stringify([{ T: "t", S: "AAPL", i: id, p: 1, s: 1, t: "2024-01-01T00:00:00Z" }]);

/** A venue that can be made to do what the simulator never would. */
async function startRudeVenue(
  onSession: (socket: WebSocket, session: number) => void,
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let sessions = 0;
  server.on("connection", (socket) => onSession(socket, ++sessions));
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Greets, authenticates, and acknowledges unless told not to. */
function serve(socket: WebSocket, acknowledge: boolean): void {
  socket.send('[{"T":"success","msg":"connected"}]');
  socket.on("message", (data) => {
    const { action, trades = [] } = JSON.parse(String(data)) as {
      action: string;
      trades?: string[];
    };
    if (action === "auth") socket.send('[{"T":"success","msg":"authenticated"}]');
    if (action === "subscribe" && acknowledge) {
      socket.send(JSON.stringify([{ T: "subscription", trades }]));
    }
  });
}

describe("a connection that was given up", () => {
  test("can neither deliver nor fail while it lingers, nor touch the one that takes its place", async () => {
    let lateFrames = 0;
    const url = await startRudeVenue((socket, session) => {
      serve(socket, session > 1);
      if (session > 1) return;
      socket.on("message", (data) => {
        if (!String(data).includes("subscribe")) return;
        socket.pause(); // never reads our close frame, and talks on
        setTimeout(() => {
          const talk = setInterval(() => {
            lateFrames++;
            socket.send(trade(666));
            socket.send('[{"T":"error","code":402,"msg":"auth failed"}]');
          }, 5);
          socket.once("close", () => clearInterval(talk));
        }, 120);
      });
    });
    const { client, codes } = clientOf(
      { url },
      { encoding: "json", timeouts: { ackMs: 100, closeMs: 300 } },
    );
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await pause(200);
    expect(lateFrames).toBeGreaterThan(5);
    expect(client.state.kind).toBe("live");
    expect(client.getMetrics()).toMatchObject({ messages: 0, reconnects: 1 });
    expect(codes()).toEqual(["ERR_ACK_TIMEOUT"]);
  });

  test("is gone before the next one knocks", async () => {
    let open = 0;
    let most = 0;
    const url = await startRudeVenue((socket, session) => {
      open++;
      most = Math.max(most, open);
      socket.once("close", () => open--);
      serve(socket, session > 3);
      // Slow to read our close frame, so that there is something to wait for.
      socket.on("message", (data) => {
        if (session > 3 || !String(data).includes("subscribe")) return;
        socket.pause();
        setTimeout(() => socket.resume(), 200);
      });
    });
    const { client } = clientOf({ url }, { encoding: "json", timeouts: { ackMs: 50 } });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    expect(client.getMetrics().reconnects).toBe(3);
    expect(most).toBe(1);
  });

  test("a subscription acknowledged with 20,000 symbols in one frame is taken", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `SYMBOL${index}`);
    const url = await startRudeVenue((socket) => {
      socket.send('[{"T":"success","msg":"connected"}]');
      socket.on("message", (data) => {
        const { action } = JSON.parse(String(data)) as { action: string };
        if (action === "auth") socket.send('[{"T":"success","msg":"authenticated"}]');
        if (action === "subscribe") {
          // As large as an acknowledgement of everything, on every channel, can become.
          const filler = "x".repeat(16 * 2 ** 20);
          socket.send(
            JSON.stringify([{ T: "subscription", trades: ["AAPL", ...many], filler: [filler] }]),
          );
        }
      });
    });
    const { client, codes } = clientOf({ url }, { encoding: "json" });
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    expect(codes()).toEqual([]);
  });
});
