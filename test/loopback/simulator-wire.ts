import { connect as connectTcp, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { eventually } from "../support/eventually.ts";
import { AUTH_HEADERS } from "./simulator-client.ts";

/** One TCP connection that speaks HTTP by hand: every byte and the manner of its end can be seen. */
export class WireConnection {
  readonly #socket: Socket;
  #text = "";
  /** How the other side ended it: in order, or with an error's code. */
  ending: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.#text += chunk;
    });
    socket.on("end", () => {
      this.ending ??= "end";
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.ending ??= error.code ?? error.message;
    });
  }

  /** Everything that has come and was not taken by `answer`. */
  get text(): string {
    return this.#text;
  }

  send(method: string, path: string, body = ""): void {
    const headers = { Host: "127.0.0.1", ...AUTH_HEADERS, "Content-Length": body.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    this.#socket.write([`${method} ${path} HTTP/1.1`, ...lines, "", body].join("\r\n"));
  }

  /** Waits for one whole answer and takes it away. */
  answer(): Promise<string> {
    return eventually(() => {
      const headEnd = this.#text.indexOf("\r\n\r\n") + 4;
      if (headEnd < 4) throw new Error(`no whole head: ${this.#text}`);
      const [, length = "0"] = /content-length: (\d+)/i.exec(this.#text) ?? [];
      const end = headEnd + Number(length);
      if (this.#text.length < end) throw new Error("no whole body");
      const answer = this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
      return answer;
    });
  }

  /** Waits for the end. */
  ended(): Promise<string> {
    return eventually(() => {
      if (this.ending === undefined) throw new Error("still open");
      return this.ending;
    });
  }
}

/** Opens a connection, which goes with the test. */
export async function openWire(simulator: { readonly port: number }): Promise<WireConnection> {
  const socket = connectTcp(simulator.port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
  });
  const connection = new WireConnection(socket);
  await eventually(() => {
    if (socket.connecting) throw new Error("not yet");
  });
  return connection;
}
