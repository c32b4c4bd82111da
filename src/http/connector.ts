import { Socket } from "node:net";
import { buildConnector } from "undici";
import type { HostCache } from "./host-cache.ts";

/**
 * The kernel asks an idle peer whether it is still there after this long: within the 30 s an idle
 * connection is kept, so that a path that died meanwhile is noticed before a request is put on it.
 */
const TCP_KEEP_ALIVE_DELAY_MS = 15_000;

/** What a slot is told about the connections made for it. */
export interface ConnectionObserver {
  /** `socket` has begun to connect; destroying it ends the attempt. */
  connecting(socket: Socket): void;
  connectionMade(): void;
}

/** Makes a connector, as undici wants it, that reports to `observer`. */
export type ObservedConnector = (observer: ConnectionObserver) => buildConnector.connector;

/**
 * Opens connections through undici's own connector (which resumes TLS sessions, for all slots
 * together), without its timer: that one is coarse (asked for 300 ms, it took 878 to 1 004 ms with
 * undici 7.30 in September 2026), so the deadline of the request destroys the socket instead.
 */
export function createConnector(hosts: HostCache, ca: string | undefined): ObservedConnector {
  const connect = buildConnector({
    lookup: hosts.lookup,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_DELAY_MS,
    timeout: 0,
    ...(ca === undefined ? {} : { ca }),
  });
  return (observer) => (target, callback) => {
    // Typed as returning nothing, it returns the socket, which is not to be had otherwise yet.
    const socket: unknown = connect(target, (...outcome) => {
      if (outcome[0]) hosts.forget(target.hostname);
      else observer.connectionMade();
      callback(...outcome);
    });
    if (socket instanceof Socket) observer.connecting(socket);
  };
}
