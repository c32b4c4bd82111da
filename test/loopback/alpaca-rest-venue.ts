import { onTestFinished } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { HttpSession } from "../../src/http/http-session.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { AlpacaRest } from "../../src/venues/alpaca/rest.ts";
import { LoopbackServer } from "./http-loopback-server.ts";

export const SECRET = "s3cr3t-that-must-not-leave";

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** A request as the venue saw it. */
export interface Seen {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A venue that answers by script, what it was asked, and the calls that ask it. */
export interface ScriptedVenue {
  readonly rest: AlpacaRest;
  readonly seen: readonly Seen[];
}

/** Opens a venue that is closed when the test ends. Nothing is repeated: each answer counts. */
export async function open(
  answer: (seen: Seen, index: number) => Answer,
  clock: ManualClock = new ManualClock(),
): Promise<ScriptedVenue> {
  const seen: Seen[] = [];
  const server = await LoopbackServer.http((request, response) => {
    const url = new URL(request.url ?? "", "http://venue.test");
    const one = {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      rawQuery: url.search,
      headers: request.headers,
    };
    const { status = 200, headers = {}, body } = answer(one, seen.length);
    seen.push(one);
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const session = new HttpSession({ retry: false, breaker: false });
  onTestFinished(async () => {
    await session.close();
    await server[Symbol.asyncDispose]();
  });
  const rest = new AlpacaRest({
    session,
    credentials: { keyId: "KEY", secretKey: new Secret(SECRET) },
    tradingUrl: server.origin,
    dataUrl: `${server.origin}/data/`,
    clock,
  });
  return { rest, seen };
}
