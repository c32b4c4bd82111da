import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { realDelay } from "./http-loopback-server.ts";

/** Listens with a backlog of one (Node takes 0 for its default), says where, and never accepts. */
const LISTENER = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    process.stdout.write(String(server.address().port), () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  });
`;

/** A loopback connection is made within this many milliseconds or not at all. */
const CONNECT_MS = 150;

/**
 * An address on which a TCP connection is neither made nor refused: a listener whose backlog is full
 * in a process that stands still, so the kernel drops every further SYN.
 */
export class BlackHole implements AsyncDisposable {
  readonly origin: string;
  readonly #process: ChildProcess;
  readonly #fillers: readonly Socket[];

  private constructor(port: number, process: ChildProcess, fillers: readonly Socket[]) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#process = process;
    this.#fillers = fillers;
  }

  static async open(): Promise<BlackHole> {
    const child = spawn(process.execPath, ["-e", LISTENER], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [port] = await once(child.stdout, "data");
    const fillers: Socket[] = [];
    for (let isFull = false; !isFull; ) {
      const filler = connect(Number(port), "127.0.0.1").on("error", () => {});
      fillers.push(filler);
      await Promise.race([once(filler, "connect"), realDelay(CONNECT_MS)]);
      isFull = filler.connecting;
    }
    return new BlackHole(Number(port), child, fillers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#fillers) socket.destroy();
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }
}
