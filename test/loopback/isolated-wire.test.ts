import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../../src/core/clock.ts";
import { directWires } from "../../src/socket/direct-wire.ts";
import { createFrameRing, FrameRingReader, FrameRingWriter } from "../../src/socket/frame-ring.ts";
import { IsolatedWires } from "../../src/socket/isolated-wires.ts";
import { SocketThread, socketThreadEntry } from "../../src/socket/socket-thread.ts";
import type { WireSource } from "../../src/socket/wire.ts";
import { WireHost } from "../../src/socket/wire-host.ts";
import { kindOf, RECORD } from "../../src/socket/wire-messages.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { block } from "../support/block.ts";
import { makeCertificate } from "../support/certificate.ts";
import { eventually, pause } from "../support/eventually.ts";
import { record, startFrameServer } from "../support/wire-recorder.ts";

const RING_BYTES = 2 ** 21;

function isolatedWires(ringBytes = RING_BYTES): IsolatedWires {
  return new IsolatedWires(() => new SocketThread(systemClock, ringBytes));
}

const sources: readonly (readonly [string, () => WireSource])[] = [
  ["in this thread", () => directWires],
  ["in a thread of its own", isolatedWires],
];

describe.each(sources)("a wire %s", (_, source) => {
  test("tells that it opened, then what arrives, in order and each in its kind", async () => {
    const { url } = await startFrameServer((peer) => {
      peer.send("one");
      peer.send(Buffer.from([0x81, 0xff, 0x00]));
      peer.send("");
      peer.ping();
      peer.send("x".repeat(100_000));
    });
    const { told } = record(source(), { url });
    await eventually(() => expect(told).toHaveLength(6));
    const [opened, one, bytes, empty, ping, long] = told;
    expect([opened, one, bytes, empty, ping]).toEqual([
      "opened",
      "text one",
      "binary \x81\xff\x00",
      "text ",
      "alive",
    ]);
    expect(long).toHaveLength("text ".length + 100_000);
  });

  test("sends text and bytes, and pings, once it is open and not before", async () => {
    const heard: string[] = [];
    const { url } = await startFrameServer((peer) => {
      peer.on("message", (data, isBinary) => heard.push(`${isBinary} ${data.toString()}`));
      peer.on("ping", () => heard.push("ping"));
    });
    const { wire, told } = record(source(), { url });
    expect(wire.send("too early")).toBe(false);
    await eventually(() => expect(told).toEqual(["opened"]));
    const pooled = Buffer.from("-bytes-").subarray(1, 6);
    expect([wire.send("text"), wire.send(pooled)]).toEqual([true, true]);
    wire.ping();
    await eventually(() => expect(told).toEqual(["opened", "alive"]));
    expect(heard).toEqual(["false text", "true bytes", "ping"]);
  });

  test("brings the headers, and compresses when told to", async () => {
    const handshakes: IncomingMessage["headers"][] = [];
    const extensions: string[] = [];
    const { url, server } = await startFrameServer(
      (peer) => {
        extensions.push(peer.extensions);
        peer.send("a".repeat(5_000));
      },
      { perMessageDeflate: true },
    );
    server.on("headers", (_lines, request) => handshakes.push(request.headers));
    const options = { url, headers: { "x-key": "PK1" }, compression: true };
    const { told } = record(source(), options);
    await eventually(() => expect(told).toEqual(["opened", `text ${"a".repeat(5_000)}`]));
    expect(handshakes).toMatchObject([{ "x-key": "PK1" }]);
    expect(extensions).toEqual(["permessage-deflate"]);
  });

  test("trusts the authority that it is given, and no other", async () => {
    const { key, cert } = await makeCertificate();
    const server: Server = createServer({ key, cert });
    new WebSocketServer({ server }).on("connection", (peer) => peer.send("secret"));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const trusting = record(source(), { url, ca: cert });
    await eventually(() => expect(trusting.told).toEqual(["opened", "text secret"]));
    trusting.wire.terminate();
    const distrustful = record(source(), { url });
    await eventually(() => expect(distrustful.told).toEqual(["ended"]));
    expect(distrustful.ends).toMatchObject([
      {
        code: "ERR_CONNECTION_CLOSED",
        closeCode: 1006,
        message: expect.stringContaining("certificate"),
        cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
      },
    ]);
  });

  test("ends once, with what the peer said or what went wrong", async () => {
    const behaviours: Record<string, (peer: WebSocket) => void> = {
      "/closed": (peer) => {
        peer.send("last words");
        peer.close(4_001, "maintenance");
      },
      "/cut": (peer) => peer.terminate(),
      "/large": (peer) => peer.send("x".repeat(2 ** 20 + 1)),
    };
    const { url, server } = await startFrameServer(() => {});
    server.on("connection", (peer, request) => behaviours[request.url ?? ""]?.(peer));
    const ended = async (path: string) => {
      const { told, ends } = record(source(), { url: url + path });
      await eventually(() => expect(told).toContain("ended"));
      await pause(20);
      expect(told.at(-1)).toBe("ended");
      expect(ends).toHaveLength(1);
      return { told, end: ends[0] };
    };
    const closed = await ended("/closed");
    expect(closed.told).toEqual(["opened", "text last words", "ended"]);
    expect(closed.end).toMatchObject({
      closeCode: 4_001,
      message: "connection closed (4001: maintenance)",
    });
    expect((await ended("/cut")).end).toMatchObject({ closeCode: 1006 });
    expect((await ended("/large")).end).toMatchObject({
      closeCode: 1006,
      message: expect.stringContaining("Max payload size exceeded"),
      cause: { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" },
    });
  });

  test("tells a refused handshake from a dead host", async () => {
    const { url, server } = await startFrameServer(() => {});
    server.shouldHandle = () => false; // answered with 400
    const ended = async (target: string) => {
      const { told, ends } = record(source(), { url: target });
      await eventually(() => expect(told).toEqual(["ended"]));
      return ends[0];
    };
    expect(await ended(url)).toMatchObject({
      code: "ERR_HANDSHAKE_REJECTED",
      statusCode: 400,
      disposition: "fatal",
    });
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await ended(url)).toMatchObject({
      code: "ERR_CONNECTION_CLOSED",
      closeCode: 1006,
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("says goodbye, and nothing after that", async () => {
    let codes: number[] = [];
    const { url } = await startFrameServer((peer) => {
      const flood = setInterval(() => peer.send("flood"), 1);
      peer.on("close", (code) => {
        clearInterval(flood);
        codes = [...codes, code];
      });
    });
    const { wire, told } = record(source(), { url });
    await eventually(() => expect(told.length).toBeGreaterThan(3));
    const goodbye = wire.close(systemClock, 1_000);
    const atGoodbye = told.length;
    expect(wire.send("late")).toBe(false);
    await goodbye;
    await eventually(() => expect(codes).toEqual([1_000]));
    await pause(20);
    expect(told).toHaveLength(atGoodbye);
  });

  test("does not wait for a goodbye that never comes", async () => {
    const { url, server } = await startFrameServer((peer) => {
      // Reads nothing, so that our close frame is never answered.
      peer.pause();
    });
    const { wire, told } = record(source(), { url });
    await eventually(() => expect(told).toEqual(["opened"]));
    await wire.close(systemClock, 100);
    for (const peer of server.clients) peer.resume();
    await eventually(() => expect(server.clients.size).toBe(0));
    expect(told).toEqual(["opened"]);
  });

  test("that has ended before we could see it needs no goodbye", async () => {
    const { url } = await startFrameServer((peer) => {
      peer.send("last words");
      peer.terminate();
    });
    let isGone = false;
    const { wire, told } = record(source(), { url }, () => {
      block(150); // meanwhile the peer is gone
      void wire.close(systemClock, 20_000).then(() => {
        isGone = true;
      });
    });
    await eventually(() => expect(isGone).toBe(true));
    expect(told).toEqual(["opened", "text last words"]);
  });

  test("is cut off without a word, also before it is open", async () => {
    const codes: number[] = [];
    const { url } = await startFrameServer((peer) => {
      peer.on("close", (code) => codes.push(code));
    });
    const { wire, told } = record(source(), { url });
    await eventually(() => expect(told).toEqual(["opened"]));
    wire.terminate();
    await eventually(() => expect(codes).toEqual([1006]));
    const early = record(source(), { url });
    early.wire.terminate();
    await early.wire.close(systemClock, 100);
    await pause(50);
    expect([...told, ...early.told]).toEqual(["opened"]);
  });
});

describe("the ring of an isolated wire", () => {
  const FRAMES = 20_000;
  const FRAME_BYTES = 200;

  test("that is full holds the peer back, and loses and disorders nothing", async () => {
    const { url } = await startFrameServer((peer) => {
      for (let id = 0; id < FRAMES; id++) peer.send(`${id}`.padEnd(FRAME_BYTES));
    });
    const wires = isolatedWires(2 ** 16);
    let isBlocked = false;
    const { told, ends } = record(wires, { url, maxFrameBytes: 2 ** 15 }, () => {
      if (isBlocked) return;
      isBlocked = true;
      block(300);
      expect(wires.hasBacklog).toBe(true);
    });
    await eventually(() => expect(told).toHaveLength(FRAMES + 1));
    const ids = told.slice(1).map((line) => Number(line.slice("text ".length)));
    expect(ids).toEqual(Array.from({ length: FRAMES }, (_, id) => id));
    await eventually(() => expect(wires.readingPausedMs).toBeGreaterThan(100));
    await eventually(() => expect(wires.hasBacklog).toBe(false));
    expect(ends).toEqual([]);
  });

  test("that nobody reads stops the peer, and not only us from listening", async () => {
    const frames = 4_096;
    let peer: WebSocket | undefined;
    const { url } = await startFrameServer((client) => {
      peer = client;
      for (let id = 0; id < frames; id++) {
        const frame = Buffer.alloc(2 ** 14);
        frame.writeUInt32LE(id);
        client.send(frame);
      }
    });
    const memory = createFrameRing(2 ** 20);
    const reader = new FrameRingReader(memory);
    const host = new WireHost(new FrameRingWriter(memory), systemClock, () => {});
    const options = { url, headers: {}, compression: false, maxFrameBytes: 2 ** 15 };
    host.obey({ kind: "open", connection: 0, options });
    onTestFinished(() => host.obey({ kind: "terminate", connection: 0 }));
    await eventually(() => expect(reader.isPaused).toBe(true));
    await pause(500);
    // 64 MiB are more than the system takes from a peer for somebody who does not read.
    expect(peer?.bufferedAmount).toBeGreaterThan(0);

    const ids: number[] = [];
    await eventually(() => {
      for (let frame = reader.read(); frame; frame = reader.read()) {
        if (kindOf(reader.tag) === RECORD.binary) ids.push(frame.readUInt32LE());
        if (reader.takeRoomRequest()) host.obey({ kind: "room" });
      }
      expect(ids).toHaveLength(frames);
    });
    expect(ids).toEqual(Array.from({ length: frames }, (_, id) => id));
    expect(reader.isPaused).toBe(false);
  });

  test("that is full stands in the way of no goodbye", async () => {
    const codes: number[] = [];
    const { url } = await startFrameServer((peer) => {
      peer.on("close", (code) => codes.push(code));
      for (let id = 0; id < FRAMES; id++) peer.send(`${id}`.padEnd(FRAME_BYTES));
    });
    const wires = isolatedWires(2 ** 16);
    const { wire, told } = record(wires, { url }, () => {
      block(200); // until it is full
      void wire.close(systemClock, 10_000);
    });
    await eventually(() => expect(codes).toEqual([1_000]));
    expect(told).toHaveLength(2);
  });

  test("lets timers have their turn while there is more in it than one turn can take", async () => {
    const { url } = await startFrameServer((peer) => {
      for (let id = 0; id < 100; id++) peer.send(`${id}`);
    });
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    onTestFinished(() => clearInterval(ticking));
    const ticksAt: number[] = [];
    const { told } = record(isolatedWires(), { url }, () => {
      block(5);
      ticksAt.push(ticks);
    });
    await eventually(() => expect(told).toHaveLength(101));
    expect(new Set(ticksAt).size).toBeGreaterThan(50);
  });

  test("that a frame does not fit into ends the connection instead of waiting for ever", async () => {
    const { url } = await startFrameServer((peer) => {
      peer.send("fits");
      peer.send("x".repeat(2 ** 16));
      peer.send("after");
    });
    const { told, ends } = record(isolatedWires(2 ** 16), { url });
    await eventually(() => expect(told).toEqual(["opened", "text fits", "ended"]));
    expect(ends).toMatchObject([{ code: "ERR_CONNECTION_CLOSED", closeCode: 1009 }]);
  });
});

describe("the thread of an isolated wire", () => {
  test("that hangs is given up, and holds no goodbye up for ever", async () => {
    const clock = new ManualClock();
    const hanging = new URL("data:text/javascript,for(;;);");
    const thread = new SocketThread(clock, RING_BYTES, hanging);
    const wire = thread.open(
      { url: "ws://127.0.0.1:9", headers: {}, compression: false, maxFrameBytes: 1 },
      { opened() {}, frame() {}, alive() {}, ended() {} },
    );
    let isGone = false;
    const goodbye = wire.close(clock, 2_000).then(() => {
      isGone = true;
    });
    await clock.advance(2_900);
    expect(isGone).toBe(false);
    await clock.advance(200);
    await goodbye;
    expect(thread.isRunning).toBe(false);
  });

  test("that dies ends its connection with the reason, after what had arrived", async () => {
    const { url } = await startFrameServer((peer) => peer.send("before"));
    const thread = new SocketThread(systemClock, RING_BYTES);
    const source: WireSource = {
      open: (options, events) => thread.open(options, events),
      hasBacklog: false,
      readingPausedMs: 0,
      close: () => thread.close(),
    };
    const { told, ends } = record(source, { url });
    await eventually(() => expect(told).toEqual(["opened", "text before"]));
    thread.post(null as never);
    await eventually(() => expect(told).toEqual(["opened", "text before", "ended"]));
    expect(ends).toMatchObject([
      {
        code: "ERR_CONNECTION_CLOSED",
        closeCode: 1006,
        message: expect.stringContaining("thread ended: Cannot read properties of null"),
        cause: { name: "TypeError" },
      },
    ]);
    expect(thread.isRunning).toBe(false);
  });

  test("is kept for the next connection, and replaced when it has died", async () => {
    const { url } = await startFrameServer((peer) => peer.send("hello"));
    const threads: SocketThread[] = [];
    const wires = new IsolatedWires(() => {
      const dying = new URL("data:text/javascript,throw new RangeError('no memory')");
      const entry = threads.length === 0 ? dying : socketThreadEntry();
      const thread = new SocketThread(systemClock, RING_BYTES, entry);
      threads.push(thread);
      return thread;
    });
    const first = record(wires, { url });
    await eventually(() => expect(first.told).toEqual(["ended"]));
    expect(first.ends).toMatchObject([{ closeCode: 1006, cause: { name: "RangeError" } }]);
    for (let connection = 0; connection < 3; connection++) {
      const { wire, told } = record(wires, { url });
      await eventually(() => expect(told).toEqual(["opened", "text hello"]));
      await wire.close(systemClock, 1_000);
    }
    expect(threads.map((thread) => thread.isRunning)).toEqual([false, true]);
  });
});
