import type { AlpacaCredentials } from "../venues/alpaca/credentials.ts";
import type { AlpacaEnvironment } from "../venues/alpaca/endpoints.ts";
import type { VenueChoice } from "./venue-choice.ts";

/** A venue that can be connected to, and what to say about it. */
export interface OpenVenue {
  readonly kind: VenueChoice["kind"];
  /** Short, such as `simulator, seed 7`. */
  readonly label: string;
  /** A sentence for the start of a run. */
  readonly announcement: string;
  readonly connection: {
    readonly credentials: AlpacaCredentials;
    readonly environment?: AlpacaEnvironment;
    readonly url?: string;
    readonly expectsData?: () => boolean;
  };
  readonly seed: number | undefined;
  close(): Promise<void>;
}

/** Makes the chosen venue available: the simulator is started, in a thread of its own. */
export async function openVenue(choice: VenueChoice): Promise<OpenVenue> {
  switch (choice.kind) {
    case "simulator":
      return startSimulator(choice);
    case "url": {
      const { url, credentials } = choice;
      const label = new URL(url).host;
      const announcement = `streaming from ${label}`;
      const connection = { url, credentials };
      return { kind: "url", label, announcement, connection, seed: undefined, close: nothing };
    }
    default: {
      const { kind, credentials } = choice;
      const announcement = `streaming from Alpaca with the ${kind} keys of the environment`;
      const connection = { environment: kind, credentials };
      return { kind, label: kind, announcement, connection, seed: undefined, close: nothing };
    }
  }
}

async function startSimulator(
  choice: Extract<VenueChoice, { kind: "simulator" }>,
): Promise<OpenVenue> {
  const { startSimulatorWorker } = await import("../simulator/simulator-worker.ts");
  const simulator = await startSimulatorWorker(choice.options);
  const why = choice.because === "no-keys" ? "no API keys, so this is " : "";
  const facts = `seed ${simulator.seed}, ${simulator.url}`;
  const marketIsOpen = choice.options.session !== "real";
  return {
    kind: "simulator",
    label: `simulator, seed ${simulator.seed}`,
    announcement: `${why}the built-in simulator (${facts})`,
    connection: {
      url: simulator.url,
      credentials: { keyId: "holdfast", secretKey: "simulated" },
      ...(marketIsOpen && { expectsData: () => true }),
    },
    seed: simulator.seed,
    close: () => simulator.close(),
  };
}

const nothing = async (): Promise<void> => {};
