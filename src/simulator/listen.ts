import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../core/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "needs more rights than this process has",
  EADDRNOTAVAIL: "is no address of this machine",
  ENOTFOUND: "is no known host",
};

/**
 * Listens and tells the port.
 * @throws ConfigError when the port is taken or the address is not ours.
 * @internal
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ""] ?? error.message;
      reject(new ConfigError([`port ${port} on ${host} ${reason}`], { cause: error }));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      resolve((server.address() as AddressInfo).port);
    });
  });
}
