import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { AccountBook } from "./account-book.ts";
import { type CredentialBook, credentialsOfHeaders } from "./credential-book.ts";
import type { FaultableRequest, FaultSchedule } from "./fault-schedule.ts";
import type { HttpConnections } from "./http-connections.ts";
import type { HttpErrorFault, HttpPageFault } from "./http-fault.ts";
import { stableUuid } from "./identifiers.ts";
import { latencyOf } from "./latency.ts";
import type { Market } from "./market.ts";
import type { NewsWire } from "./news-wire.ts";
import type { ResolvedOptions } from "./options.ts";
import { type RateAnswer, RateWindows } from "./rate-window.ts";
import { readBody } from "./request-body.ts";
import { type DeliveryFaults, RestDelivery, withWrongBody } from "./rest-delivery.ts";
import { edgeAnswer, type RestAnswer, refusalAnswer, standardRefusal } from "./rest-reply.ts";
import { answerRequest } from "./rest-router.ts";
import type { SimulatorState } from "./simulator-state.ts";
import { type OpenWrite, WriteLog } from "./write-log.ts";

/** The faults that are decided when a request arrives. */
interface RequestFaults extends DeliveryFaults {
  readonly error: HttpErrorFault | undefined;
  /** Whether any of the answer reaches the client. */
  readonly isSeen: boolean;
}

/** Both REST hosts on one port: their paths do not collide. @internal */
export class RestServer {
  readonly #options: ResolvedOptions;
  readonly #market: Market;
  readonly #news: NewsWire;
  readonly #account: AccountBook;
  readonly #credentials: CredentialBook;
  readonly #faults: FaultSchedule;
  readonly #connections: HttpConnections;
  readonly #clock: Clock;
  readonly #rates: RateWindows;
  readonly #delivery: RestDelivery;
  readonly #writes = new WriteLog();
  readonly #requests = new Map<string, number>();
  #nextIndex = 0;

  constructor(
    options: ResolvedOptions,
    market: Market,
    news: NewsWire,
    credentials: CredentialBook,
    faults: FaultSchedule,
    connections: HttpConnections,
  ) {
    this.#options = options;
    this.#market = market;
    this.#news = news;
    this.#account = new AccountBook(market, options.notShortable);
    this.#credentials = credentials;
    this.#faults = faults;
    this.#connections = connections;
    this.#clock = options.clock;
    this.#rates = new RateWindows(options.clock, options.plan);
    this.#delivery = new RestDelivery(options.clock, connections);
  }

  state(): Pick<SimulatorState, "requests" | "writes" | "rates"> {
    return {
      requests: Object.fromEntries(this.#requests),
      writes: this.#writes.writes,
      rates: this.#rates.uses,
    };
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const [path = ""] = (request.url ?? "").split("?");
    const facts = { method: request.method ?? "GET", path, index: this.#nextIndex++ };
    const write = this.#writes.enter(facts.method, path, facts.index);
    const isReused = this.#connections.begin(request, response);
    const closed = isReused && this.#faults.takeForRequest("http-keep-alive-close", facts);
    if (closed) {
      this.#connections.sever(request, closed.how ?? "end");
      return;
    }
    this.#requests.set(path, (this.#requests.get(path) ?? 0) + 1);
    // The one way this can fail is a client that goes away in the middle of its request.
    this.#serve(facts, write, request, response).catch(() => response.destroy());
  }

  close(): void {
    this.#delivery.close();
  }

  async #serve(
    facts: FaultableRequest,
    write: OpenWrite | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const presented = credentialsOfHeaders(request.headers);
    const rate = this.#rates.charge(presented?.keyId ?? "");
    response.setHeader("X-RateLimit-Limit", rate.limit);
    response.setHeader("X-RateLimit-Remaining", rate.remaining);
    response.setHeader("X-RateLimit-Reset", this.#secondsIn(rate.resetInMs));
    response.setHeader("X-Request-ID", this.#requestId(facts.index));
    const { reset, stall, error, isSeen } = this.#faultsOf(facts);
    const body = write ? parsed(await readBody(request)) : undefined;
    if (write) write.clientOrderId = clientOrderIdOf(body);
    let answer: RestAnswer;
    if (error) answer = this.#refuse(error, response);
    else if (!rate.isAllowed) answer = this.#refuseForRate(rate, response);
    else answer = await this.#carryOut(facts, body, isSeen, request);
    if (write) write.status = answer.status;
    const stallMs = stall && stall.at !== "mid-body" ? stall.ms : 0;
    const delayMs = latencyOf(this.#options.latencyMs, this.#options.seed, facts.index) + stallMs;
    this.#delivery.after(delayMs, response, () => {
      this.#delivery.deliver(answer, { reset, stall }, request, response);
    });
  }

  /** What goes wrong with a request; a fault that nobody could see is left for the next one. */
  #faultsOf(facts: FaultableRequest): RequestFaults {
    const reset = this.#faults.takeForRequest("http-reset", facts);
    const stall = reset ? undefined : this.#faults.takeForRequest("http-stall", facts);
    const isSeen = reset === undefined || (reset.at ?? "before-headers") !== "before-headers";
    const error = isSeen ? this.#faults.takeForRequest("http-error", facts) : undefined;
    return { reset, stall, error, isSeen };
  }

  async #carryOut(
    facts: FaultableRequest,
    body: unknown,
    isSeen: boolean,
    request: IncomingMessage,
  ): Promise<RestAnswer> {
    const presented = credentialsOfHeaders(request.headers);
    const isAuthorized = presented !== undefined && this.#credentials.accepts(presented);
    const query = new URLSearchParams((request.url ?? "").slice(facts.path.length));
    const answer = await answerRequest(
      { ...facts, query, isAuthorized },
      {
        market: this.#market,
        news: this.#news,
        account: this.#account,
        options: this.#options,
        body,
        requestIndex: facts.index,
        takePageFault: (hasToken) => (isSeen ? this.#pageFault(facts, hasToken) : undefined),
      },
    );
    const wrong = isSeen ? this.#faults.takeForRequest("http-body", facts) : undefined;
    return wrong ? withWrongBody(answer, wrong.body) : answer;
  }

  #refuse(fault: HttpErrorFault, response: ServerResponse): RestAnswer {
    if (fault.resetInSeconds !== undefined) {
      response.setHeader("X-RateLimit-Remaining", 0);
      response.setHeader("X-RateLimit-Reset", this.#secondsIn(fault.resetInSeconds * 1000));
    }
    if (fault.retryAfterSeconds !== undefined) {
      response.setHeader("Retry-After", fault.retryAfterSeconds);
    }
    return fault.html ? edgeAnswer(fault.status) : refusalAnswer(standardRefusal(fault.status));
  }

  #refuseForRate(rate: RateAnswer, response: ServerResponse): RestAnswer {
    if (this.#options.plan.sendsRetryAfter) {
      response.setHeader("Retry-After", Math.ceil(rate.resetInMs / 1000));
    }
    return refusalAnswer(standardRefusal(429));
  }

  #pageFault(facts: FaultableRequest, hasToken: boolean): HttpPageFault["page"] | undefined {
    const isFit = (page: string): boolean => hasToken || page === "empty";
    return this.#faults.takeForRequest("http-page", facts, ({ page }) => isFit(page))?.page;
  }

  /** A moment as the rate headers tell it: whole seconds since the epoch, rather late than early. */
  #secondsIn(delayMs: number): number {
    return Math.ceil((this.#clock.nowMs() + delayMs) / 1000);
  }

  #requestId(index: number): string {
    return stableUuid(this.#options.seed, `request ${index}`).replaceAll("-", "");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function clientOrderIdOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("client_order_id" in body)) return undefined;
  return typeof body.client_order_id === "string" ? body.client_order_id : undefined;
}
