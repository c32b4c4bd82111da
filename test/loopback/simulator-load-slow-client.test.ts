import { decode, encode } from "@msgpack/msgpack";
import { expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import type { Simulator, SimulatorPlan } from "../../src/simulator/index.ts";
import { eventually } from "../support/eventually.ts";
import { start } from "./simulator-client.ts";

const MIB = 2 ** 20;
const ARRAY_OF_16_BITS = 0xdc;
const TIMESTAMP_OF_8_BYTES = 0xd7ff;
/** Frames are larger than control messages, and have a header that tells their size. */
const FRAMES_OF = 500;

/** When a frame's last message was sent, in seconds; `undefined` when that is a bar. */
function lastTime(frame: Buffer): number | undefined {
  const at = frame.length - 10;
  if (frame.readUInt16BE(at) !== TIMESTAMP_OF_8_BYTES) return undefined;
  return frame.readUInt32BE(at + 6) + Math.floor(frame.readUInt32BE(at + 2) / 4) / 1e9;
}

/** A client that counts data and reads control messages; counting is all that it has time for. */
class CountingClient {
  readonly socket: WebSocket;
  readonly control: Record<string, unknown>[] = [];
  dataMessages = 0;
  framesOutOfOrder = 0;
  #lastTime = 0;
  closeCode: number | undefined;

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/v2/sip`, {
      perMessageDeflate: false,
      headers: { "Content-Type": "application/msgpack" },
    });
    this.socket.on("message", (bytes: Buffer) => {
      if (bytes[0] === ARRAY_OF_16_BITS) this.#count(bytes);
      else this.control.push(...(decode(bytes) as Record<string, unknown>[]));
    });
    this.socket.on("close", (code) => {
      this.closeCode = code;
    });
    this.socket.on("error", () => {});
  }

  async subscribe(): Promise<void> {
    await this.#said(1);
    this.socket.send(encode({ action: "auth", key: "KEY", secret: "SECRET" }));
    await this.#said(2);
    this.socket.send(encode({ action: "subscribe", trades: ["*"], quotes: ["*"], bars: ["*"] }));
    await this.#said(3);
    await eventually(() => expect(this.dataMessages).toBeGreaterThan(0));
  }

  #count(frame: Buffer): void {
    this.dataMessages += frame.readUInt16BE(1);
    const time = lastTime(frame) ?? this.#lastTime;
    if (time < this.#lastTime) this.framesOutOfOrder++;
    this.#lastTime = time;
  }

  #said(count: number): Promise<void> {
    return eventually(() => expect(this.control).toHaveLength(count));
  }
}

async function startClient(
  plan: SimulatorPlan,
): Promise<{ readonly simulator: Simulator; readonly client: CountingClient }> {
  const simulator = await start({
    load: { messagesPerSecond: 400_000, symbols: 50, framesOf: FRAMES_OF },
    plan,
  });
  const client = new CountingClient(simulator.url);
  onTestFinished(() => client.socket.terminate());
  await client.subscribe();
  return { simulator, client };
}

/** Waits until the venue has sent so many messages, read or not. */
function sent(simulator: Simulator, messages: number): Promise<void> {
  return eventually(() => expect(simulator.state().messagesSent).toBeGreaterThan(messages), 20_000);
}

/** At some 80 bytes each this is beyond the buffers of any operating system and the venue's below. */
const TOO_MUCH = 400_000;

test("a client that does not read is cut: what waited for it is gone, and it learns why", async () => {
  const { simulator, client } = await startClient({ slowClientBytes: 2 * MIB });
  client.socket.pause();
  await eventually(
    () => expect(simulator.state().messagesDroppedForSlowClients).toBeGreaterThan(0),
    20_000,
  );
  client.socket.resume();
  await eventually(() => expect(client.closeCode).toBe(1006));
  expect(client.control.at(-1)).toEqual({ T: "error", code: 407, msg: "slow client" });
  const { messagesSent, messagesDroppedForSlowClients } = simulator.state();
  // More than a frame of 256 KiB was waiting, and less than the limit.
  expect(messagesDroppedForSlowClients).toBeGreaterThan((MIB / 100) | 0);
  expect(messagesDroppedForSlowClients).toBeLessThan((2.5 * MIB) / 60);
  expect(client.dataMessages).toBe(messagesSent - messagesDroppedForSlowClients);
});

test("a client that reads the same is not cut: the control", async () => {
  const { simulator, client } = await startClient({ slowClientBytes: 2 * MIB });
  await sent(simulator, TOO_MUCH);
  expect(simulator.state().messagesDroppedForSlowClients).toBe(0);
  expect(simulator.state().sessions).toHaveLength(1);
  expect(client.closeCode).toBeUndefined();
  await eventually(() => expect(client.dataMessages).toBeGreaterThan(TOO_MUCH));
});

test("a venue of endless patience keeps everything, in order, for a client that reads later", async () => {
  const { simulator, client } = await startClient({ slowClientBytes: Number.POSITIVE_INFINITY });
  client.socket.pause();
  const before = simulator.state().messagesSent;
  await sent(simulator, before + TOO_MUCH);
  simulator.inject({ kind: "mute" });
  client.socket.resume();
  await eventually(() => expect(client.dataMessages).toBe(simulator.state().messagesSent));
  expect(client.framesOutOfOrder).toBe(0);
  expect(simulator.state().messagesDroppedForSlowClients).toBe(0);
  expect(client.closeCode).toBeUndefined();
});

test("a client that never reads again is gone within the second, and all it missed is counted", async () => {
  const { simulator, client } = await startClient({ slowClientBytes: 2 * MIB });
  client.socket.pause();
  await eventually(() => expect(simulator.state().sessions).toEqual([]), 20_000);
  expect(simulator.state().sockets.webSocket).toBe(0);
  const { messagesSent, messagesDroppedForSlowClients } = simulator.state();
  client.socket.resume();
  await eventually(() => expect(client.closeCode).toBe(1006));
  const missing = messagesSent - client.dataMessages;
  expect(messagesDroppedForSlowClients).toBeGreaterThanOrEqual(missing);
  // What was on its way may have left in part.
  expect(messagesDroppedForSlowClients - missing).toBeLessThan((512 * 1024) / 60);
});
