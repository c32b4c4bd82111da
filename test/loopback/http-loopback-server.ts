import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";

/** A server on a free loopback port that counts its connections and requests. */
export class LoopbackServer implements AsyncDisposable {
  readonly origin: string;
  readonly #server: Server | ReturnType<typeof createNetServer>;
  readonly #sockets = new Set<Socket>();
  #opened = 0;
  #peak = 0;

  private constructor(
    server: Server | ReturnType<typeof createNetServer>,
    maxConnections = Number.POSITIVE_INFINITY,
  ) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket: Socket) => {
      this.#opened++;
      this.#sockets.add(socket);
      this.#peak = Math.max(this.#peak, this.#sockets.size);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
      if (this.#sockets.size > maxConnections) socket.resetAndDestroy();
    });
  }

  /**
   * Answers HTTP. Connections are kept for a minute, so that pooling is the client's doing.
   * @param maxConnections - each further one is reset as soon as it is there
   */
  static async http(listener: RequestListener, maxConnections?: number): Promise<LoopbackServer> {
    const server = createServer({ keepAliveTimeout: 60_000 }, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new LoopbackServer(server, maxConnections);
  }

  /** Hands over the socket when the first bytes of a request are there, for broken answers. */
  static async raw(onRequest: (socket: Socket) => void): Promise<LoopbackServer> {
    const server = createNetServer((socket) => socket.on("data", () => onRequest(socket)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new LoopbackServer(server);
  }

  /** Connections accepted so far. */
  get opened(): number {
    return this.#opened;
  }

  /** Connections open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** The most connections open at once. */
  get peak(): number {
    return this.#peak;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Resolves after real time, for servers that take theirs. */
export function realDelay(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Resolves as soon as `condition` holds; fails after two seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 2_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`never came true: ${condition}`);
    await realDelay(2);
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not reject");
}
