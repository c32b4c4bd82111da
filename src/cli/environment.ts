import type { Faults } from "../core/faults.ts";
import { Secret } from "../core/secret.ts";
import type { AlpacaCredentials } from "../venues/alpaca/credentials.ts";

/** The process's environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Ours first, then the names that Alpaca's own tools use. */
const KEY_PAIRS = [
  ["ALPACA_API_KEY", "ALPACA_API_SECRET"],
  ["APCA_API_KEY_ID", "APCA_API_SECRET_KEY"],
] as const;

/** The key pair of the environment, if there is one. Half a pair is a fault, never "no pair". */
export function credentialsIn(
  environment: Environment,
  faults: Faults,
): AlpacaCredentials | undefined {
  for (const [keyName, secretName] of KEY_PAIRS) {
    const keyId = filled(environment, keyName);
    const secretKey = filled(environment, secretName);
    if (keyId !== undefined && secretKey !== undefined) {
      return { keyId, secretKey: new Secret(secretKey) };
    }
    if (keyId === undefined && secretKey === undefined) continue;
    const [given, missing] = keyId === undefined ? [secretName, keyName] : [keyName, secretName];
    faults.add(`${given} is set but ${missing} is not; set both, or neither for the simulator`);
    return undefined;
  }
  return undefined;
}

/** Where `watch` connects when no flag says otherwise. */
export function urlIn(environment: Environment): string | undefined {
  return filled(environment, "HOLDFAST_URL");
}

function filled(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}
