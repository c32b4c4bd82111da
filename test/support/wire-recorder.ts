import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../../src/core/clock.ts";
import type { HoldfastError } from "../../src/core/holdfast-error.ts";
import {
  errorOf,
  type Wire,
  type WireEvents,
  type WireOptions,
  type WireSource,
} from "../../src/socket/wire.ts";

/** A server for raw frames; `greet` is called with every client. */
export async function startFrameServer(
  greet: (peer: WebSocket) => void,
  options: { readonly perMessageDeflate?: boolean } = {},
): Promise<{ readonly url: string; readonly server: WebSocketServer }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", greet);
  onTestFinished(() => {
    for (const peer of server.clients) peer.terminate();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.once("listening", () => resolve());
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export interface RecordedWire {
  readonly wire: Wire;
  /** What it told, in order: `opened`, `alive`, `ended`, and frames as `text …` or `binary …`. */
  readonly told: string[];
  readonly ends: HoldfastError[];
}

/** Dials and writes down what the wire tells; the source is closed when the test ends. */
export function record(
  source: WireSource,
  options: Partial<WireOptions> & { readonly url: string },
  onFrame: (data: Buffer) => void = () => {},
): RecordedWire {
  const told: string[] = [];
  const ends: HoldfastError[] = [];
  const events: WireEvents = {
    opened: () => told.push("opened"),
    alive: () => told.push("alive"),
    frame: (data, isBinary) => {
      told.push(`${isBinary ? "binary" : "text"} ${data.toString("latin1")}`);
      onFrame(data);
    },
    ended: (end) => {
      told.push("ended");
      ends.push(errorOf(end));
    },
  };
  const defaults = { headers: {}, compression: false, maxFrameBytes: 2 ** 20 };
  const wire = source.open({ ...defaults, ...options }, events);
  onTestFinished(async () => {
    await wire.close(systemClock, 500);
    await source.close();
  });
  return { wire, told, ends };
}
