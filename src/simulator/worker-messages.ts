import type { WireData } from "../venues/alpaca/wire.ts";
import type { Fault } from "./fault.ts";
import type { SimulatedLoad } from "./load-state.ts";
import type { SimulatorState } from "./simulator-state.ts";
import type { TapeBetween, TapeQuery } from "./tape-between.ts";

/** What the starting thread asks of the simulator's thread. @internal */
export type WorkerRequest =
  | { readonly id: number; readonly kind: "inject"; readonly fault: Fault }
  | { readonly id: number; readonly kind: "emit"; readonly message: WireData }
  | { readonly id: number; readonly kind: "state" }
  | { readonly id: number; readonly kind: "loadState" }
  | { readonly id: number; readonly kind: "tapeBetween"; readonly query: TapeQuery }
  | { readonly id: number; readonly kind: "close" };

/** What an answer may carry. @internal */
export type WorkerResult = SimulatorState | SimulatedLoad | TapeBetween | number | undefined;

/** What a simulator tells about itself once it listens. @internal */
export interface SimulatorFacts {
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  readonly ca: string | undefined;
}

/** What the simulator's thread answers. @internal */
export type WorkerReply =
  | ({ readonly kind: "started" } & SimulatorFacts)
  | { readonly kind: "refused"; readonly faults: readonly string[] }
  | { readonly kind: "done"; readonly id: number; readonly result: WorkerResult }
  | { readonly kind: "failed"; readonly id: number; readonly faults: readonly string[] };
