import type { Faults } from "../core/faults.ts";
import type { SimulatorOptions } from "../simulator/options.ts";
import type { AlpacaCredentials } from "../venues/alpaca/credentials.ts";
import { credentialsIn, type Environment, urlIn } from "./environment.ts";

/** What a program streams from. */
export type VenueChoice =
  | {
      readonly kind: "simulator";
      readonly options: SimulatorOptions;
      /** Why, for the announcement. */
      readonly because: "asked" | "no-keys";
    }
  | { readonly kind: "url"; readonly url: string; readonly credentials: AlpacaCredentials }
  | { readonly kind: "paper" | "live"; readonly credentials: AlpacaCredentials };

/** What the command line says about it. */
export interface VenueFlags {
  readonly url?: string;
  readonly sim?: boolean;
  readonly live?: boolean;
  readonly simulator: SimulatorOptions;
  /** The simulator's flags that were given, as typed. */
  readonly simulatorFlags: readonly string[];
}

/** Any pair will do for a simulator, and for a gateway that knows its users otherwise. */
const ANY_CREDENTIALS: AlpacaCredentials = { keyId: "holdfast", secretKey: "holdfast" };

/** Flags decide, then the environment's address, then its keys; with none of them it is the simulator. */
export function chooseVenue(
  flags: VenueFlags,
  environment: Environment,
  faults: Faults,
): VenueChoice {
  const simulator: VenueChoice = {
    kind: "simulator",
    options: flags.simulator,
    because: flags.sim ? "asked" : "no-keys",
  };
  faults.require(!(flags.sim && flags.live), "--sim and --live exclude each other");
  faults.require(!(flags.sim && flags.url !== undefined), "--sim and --url exclude each other");
  faults.require(!(flags.live && flags.url !== undefined), "--live and --url exclude each other");
  if (flags.sim) return simulator;

  const url = flags.url ?? (flags.live ? undefined : urlIn(environment));
  const origin = flags.url === undefined ? "HOLDFAST_URL" : "--url";
  const credentials = credentialsIn(environment, faults);
  if (url !== undefined) {
    faults.url(origin, url, ["ws:", "wss:", "http:", "https:"]);
    refuseSimulatorFlags(flags, `${origin} connects elsewhere`, faults);
    faults.require(
      credentials !== undefined || !isAlpaca(url),
      `${origin} is Alpaca itself, which needs ALPACA_API_KEY and ALPACA_API_SECRET`,
    );
    return { kind: "url", url, credentials: credentials ?? ANY_CREDENTIALS };
  }
  if (credentials) {
    const kind = flags.live ? "live" : "paper";
    refuseSimulatorFlags(flags, "there are API keys in the environment (add --sim)", faults);
    return { kind, credentials };
  }
  faults.require(
    flags.live !== true,
    "--live needs ALPACA_API_KEY and ALPACA_API_SECRET in the environment",
  );
  return simulator;
}

function refuseSimulatorFlags(flags: VenueFlags, why: string, faults: Faults): void {
  for (const flag of flags.simulatorFlags) {
    faults.add(`${flag} is for the built-in simulator, but ${why}`);
  }
}

function isAlpaca(url: string): boolean {
  return URL.canParse(url) && /(^|\.)alpaca\.markets$/.test(new URL(url).hostname);
}
