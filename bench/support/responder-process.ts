import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createPlainServer, type Socket } from "node:net";
import { createServer as createEncryptedServer } from "node:tls";
import { generate } from "selfsigned";

/** A server that does next to nothing, in a process of its own, so that a client's cost shows. */
export interface Responder {
  readonly url: string;
  /** The certificate to trust; `undefined` without encryption. */
  readonly ca: string | undefined;
  /** The most connections open at once since it was last asked. */
  mostConnections(): Promise<number>;
  close(): Promise<void>;
}

const BODY = JSON.stringify({
  symbol: "AAPL",
  quote: {
    ax: "Q",
    ap: 230.5,
    as: 100,
    bx: "K",
    bp: 230.48,
    bs: 200,
    c: ["R"],
    t: "2026-01-05T14:30:00.123456789Z",
    z: "C",
  },
  quotes: { AAPL: { ap: 230.5, as: 100, bp: 230.48, bs: 200, t: "2026-01-05T14:30:00Z" } },
});
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const END_OF_HEADERS = "\r\n\r\n";

export async function startResponder(encrypted: boolean): Promise<Responder> {
  const child: ChildProcess = fork(import.meta.filename, [encrypted ? "tls" : "plain"]);
  const [{ port, ca }] = (await once(child, "message")) as [{ port: number; ca?: string }];
  return {
    url: `${encrypted ? "https" : "http"}://127.0.0.1:${port}`,
    ca,
    async mostConnections() {
      child.send("most");
      const [most] = (await once(child, "message")) as [number];
      return most;
    },
    async close() {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Answers every request of a connection, however its bytes are cut; requests have no body. */
function answerAll(socket: Socket): void {
  let rest = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    rest += bytes.toString("latin1");
    let end = rest.indexOf(END_OF_HEADERS);
    while (end >= 0) {
      socket.write(ANSWER);
      rest = rest.slice(end + END_OF_HEADERS.length);
      end = rest.indexOf(END_OF_HEADERS);
    }
  });
}

async function serve(encrypted: boolean, send: (message: unknown) => void): Promise<void> {
  const certificate = encrypted
    ? await generate([{ name: "commonName", value: "127.0.0.1" }], {
        algorithm: "sha256",
        extensions: [
          { name: "basicConstraints", cA: true },
          { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
        ],
      })
    : undefined;
  const server = certificate
    ? createEncryptedServer({ key: certificate.private, cert: certificate.cert }, answerAll)
    : createPlainServer(answerAll);
  let open = 0;
  let most = 0;
  server.on("connection", (socket: Socket) => {
    most = Math.max(most, ++open);
    socket.once("close", () => open--);
  });
  process.on("message", () => {
    send(most);
    most = open;
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    send({ port, ...(certificate && { ca: certificate.cert }) });
  });
}

if (process.argv[1] === import.meta.filename && process.send) {
  const send = process.send.bind(process);
  process.once("disconnect", () => process.exit()); // never outlives the run it serves
  await serve(process.argv[2] === "tls", send);
}
