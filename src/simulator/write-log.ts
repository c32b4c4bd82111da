import type { SimulatedWrite } from "./simulator-state.ts";

const WRITING_METHODS: ReadonlySet<string> = new Set(["POST", "PATCH", "PUT", "DELETE"]);

/** A write whose fate is still open. @internal */
export interface OpenWrite {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  clientOrderId: string | undefined;
  status: number | undefined;
}

/** Everything that came and could change something, whatever became of it. @internal */
export class WriteLog {
  readonly #writes: OpenWrite[] = [];

  /** Enters a request as it arrives; `undefined` for one that can change nothing. */
  enter(method: string, path: string, index: number): OpenWrite | undefined {
    if (!WRITING_METHODS.has(method)) return undefined;
    const write = { index, method, path, clientOrderId: undefined, status: undefined };
    this.#writes.push(write);
    return write;
  }

  /** What has come so far, in order of arrival: a copy. */
  get writes(): readonly SimulatedWrite[] {
    return this.#writes.map((write) => ({ ...write }));
  }
}
