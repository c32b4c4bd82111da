import { lookup as systemLookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { Clock } from "../core/clock.ts";

/** One address of a host. @public */
export interface HostAddress {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

/** Finds the addresses of a host, the preferred first. @public */
export type ResolveHost = (hostname: string) => Promise<readonly HostAddress[]>;

/** Asks the operating system, hosts file included. */
export const resolveWithSystem: ResolveHost = (hostname) => systemLookup(hostname, { all: true });

interface Resolution {
  readonly addresses: Promise<readonly HostAddress[]>;
  readonly startedMs: number;
}

/** Names remembered at once; a session speaks to a handful. The oldest goes first. */
const MAX_HOSTS = 256;

/**
 * Remembers the addresses of hosts, for the `lookup` hook of a socket. It sits below the origin: a
 * request keeps its host name, so limits per host, the `host` header and the name that TLS verifies
 * stay what they are however many addresses stand behind the name. (undici's DNS interceptor rewrites
 * the origin to an address instead, and so has one pool for each address.)
 */
export class HostCache {
  readonly #resolve: ResolveHost;
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #resolutions = new Map<string, Resolution>();

  constructor(resolve: ResolveHost, clock: Clock, keepMs: number) {
    this.#resolve = resolve;
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** For `net.connect` and `tls.connect`. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#find(hostname).then(
      (addresses) => {
        const usable = addresses.filter(
          ({ family }) => !options.family || options.family === family,
        );
        const [first] = usable;
        if (!first) callback(notFound(hostname), "");
        else if (options.all) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };

  /** A connection to this host failed: ask anew next time, it may have moved. */
  forget(hostname: string): void {
    this.#resolutions.delete(hostname);
  }

  #find(hostname: string): Promise<readonly HostAddress[]> {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#resolutions.get(hostname);
    if (known && nowMs - known.startedMs < this.#keepMs) return known.addresses;

    const addresses = this.#ask(hostname);
    const resolution = { addresses, startedMs: nowMs };
    this.#resolutions.delete(hostname);
    this.#resolutions.set(hostname, resolution);
    if (this.#resolutions.size > MAX_HOSTS) this.#forgetOldest();
    addresses.catch(() => {
      if (this.#resolutions.get(hostname) === resolution) this.forget(hostname);
    });
    return addresses;
  }

  /** What the resolver throws becomes a rejection. */
  async #ask(hostname: string): Promise<readonly HostAddress[]> {
    return this.#resolve(hostname);
  }

  #forgetOldest(): void {
    for (const hostname of this.#resolutions.keys()) {
      this.forget(hostname);
      return;
    }
  }
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${hostname}`), { code: "ENOTFOUND" });
}
