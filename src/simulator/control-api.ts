import type { IncomingMessage, ServerResponse } from "node:http";
import { ConfigError } from "../core/errors.ts";
import type { Fault } from "./fault.ts";
import { readFaults } from "./fault-schema.ts";
import type { SimulatedLoad } from "./load-state.ts";
import { readBody } from "./request-body.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** Paths that begin like this belong to the simulator itself, not to the venue. @internal */
export const CONTROL_PREFIX = "/__simulator/";

interface Controlled {
  inject(fault: Fault): void;
  state(): SimulatorState;
  loadState(): SimulatedLoad | undefined;
}

/**
 * `POST /__simulator/faults` takes one fault or a list of them; `GET /__simulator/state` tells the
 * state, `GET /__simulator/load` what the load has come to, `null` without one. For programs in other
 * languages and for other processes.
 * @internal
 */
export async function handleControl(
  simulator: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const what = (request.url ?? "").slice(CONTROL_PREFIX.length).split("?")[0];
  if (what === "state" && request.method === "GET") {
    reply(response, 200, simulator.state());
  } else if (what === "load" && request.method === "GET") {
    reply(response, 200, simulator.loadState() ?? null);
  } else if (what === "faults" && request.method === "POST") {
    const { status, value } = inject(simulator, await readBody(request));
    reply(response, status, value);
  } else reply(response, 404, { message: "no such control" });
}

function inject(simulator: Controlled, body: string): { status: number; value: object } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { status: 400, value: { faults: ["the body is not JSON"] } };
  }
  try {
    const faults = readFaults(Array.isArray(parsed) ? parsed : [parsed]);
    for (const fault of faults) simulator.inject(fault);
    return { status: 200, value: { injected: faults.length } };
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { status: 400, value: { faults: thrown.faults } };
    throw thrown;
  }
}

function reply(response: ServerResponse, status: number, value: object | null): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}
