import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { WireData } from "../venues/alpaca/wire.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { CONTROL_PREFIX, handleControl } from "./control-api.ts";
import { CredentialBook } from "./credential-book.ts";
import type { Fault } from "./fault.ts";
import { readFaults } from "./fault-schema.ts";
import { HttpConnections } from "./http-connections.ts";
import { listen } from "./listen.ts";
import type { SimulatedLoad } from "./load-state.ts";
import { Market } from "./market.ts";
import { NewsWire } from "./news-wire.ts";
import { resolveOptions, type SimulatorOptions } from "./options.ts";
import { RestServer } from "./rest-server.ts";
import type { SimulatorState } from "./simulator-state.ts";
import { StreamServer } from "./stream-server.ts";
import { type TapeBetween, type TapeQuery, tapeBetween } from "./tape-between.ts";
import { timedMessage } from "./timed-message.ts";

/** What load balancers commonly allow an idle connection. */
const KEEP_ALIVE_MS = 75_000;

/** A venue on loopback. @public */
export interface Simulator extends AsyncDisposable {
  /** The base of every endpoint: `http://127.0.0.1:PORT`, and the same with `ws:`; over TLS `https:` and `wss:`. */
  readonly url: string;
  /** The authority that vouches for the simulator's certificate, as PEM; `undefined` without TLS. */
  readonly ca: string | undefined;
  readonly port: number;
  /** What the market grows from; pass it to another simulator to get the same market. */
  readonly seed: number;
  /**
   * Makes something go wrong.
   * @throws ConfigError listing everything that is wrong with the fault itself.
   */
  inject(fault: Fault): void;
  /**
   * Sends a data message to everybody who is subscribed to it, and tells how many that are. It is no
   * part of the tape, so REST does not know it. The tape itself has no corrections, cancellations and
   * updated bars: they come from here alone.
   */
  emit(message: WireData): number;
  /** What has happened so far. */
  state(): SimulatorState;
  /**
   * What the load has come to, symbol by symbol; `undefined` without a load. It copies much, so it is for
   * the end of a run rather than for polling.
   */
  loadState(): SimulatedLoad | undefined;
  /**
   * Which trades and minute bars the tape holds between two moments, as far as the feed has shown them by
   * now: what its streams send and REST gives. A load is no part of the tape.
   * @throws ConfigError listing everything that is wrong with the query.
   */
  tapeBetween(query: TapeQuery): TapeBetween;
  /** Destroys every connection and frees the port; calling it again does nothing more. */
  close(): Promise<void>;
}

/**
 * Starts a simulated venue in this thread.
 * @throws ConfigError listing everything that is wrong with the options, or when the port is taken.
 * @public
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const market = new Market(resolved);
  const news = new NewsWire(market);
  const credentials = new CredentialBook(resolved.credentials);
  const streams = new StreamServer(resolved, market, news, credentials);
  const connections = new HttpConnections(resolved, streams.faults);
  const rest = new RestServer(resolved, market, news, credentials, streams.faults, connections);
  let closing: Promise<void> | undefined;

  const state = (): SimulatorState => {
    const { webSockets, ...facts } = streams.state();
    const { open, most, opened, reset } = connections.counts;
    return {
      ...facts,
      ...rest.state(),
      sockets: { http: open, webSocket: webSockets, httpMost: most },
      httpConnectionsOpened: opened,
      httpConnectionsReset: reset,
    };
  };
  const loadState = (): SimulatedLoad | undefined => streams.loadState();
  const inject = (fault: Fault): void => {
    for (const checked of readFaults([fault])) streams.inject(checked);
  };

  const certificates = resolved.tls ? await makeCertificates(resolved) : undefined;
  const server = serverWith(certificates, (request, response) => {
    if (request.url?.startsWith(CONTROL_PREFIX)) {
      // The one way this can fail is a client that goes away in the middle of its request.
      handleControl({ inject, state, loadState }, request, response).catch(() =>
        response.destroy(),
      );
    } else rest.handle(request, response);
  });
  // Longer than any client keeps an idle connection: the end of one must not meet a new request.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on("connection", (socket) => connections.accept(socket));
  server.on("secureConnection", (socket) => connections.track(socket));
  server.on("upgrade", (request, socket, head) => {
    connections.upgrade(request);
    streams.upgrade(request, socket, head);
  });
  const port = await listen(server, resolved.host, resolved.port);
  for (const fault of resolved.faults) inject(fault);

  const close = (): Promise<void> => {
    closing ??= closeAll();
    return closing;
  };
  const closeAll = async (): Promise<void> => {
    streams.close();
    rest.close();
    const freed = new Promise((resolve) => server.close(resolve));
    await connections.close();
    await freed;
  };
  const host = resolved.host.includes(":") ? `[${resolved.host}]` : resolved.host;
  return {
    url: `${certificates ? "https" : "http"}://${host}:${port}`,
    ca: certificates?.ca,
    port,
    seed: resolved.seed,
    inject,
    emit: (message) => streams.emit(timedMessage(message)),
    state,
    loadState,
    tapeBetween: (query) => tapeBetween(market, query),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function serverWith(certificates: Certificates | undefined, handle: RequestListener): Server {
  return certificates ? createTlsServer(certificates, handle) : createServer(handle);
}
