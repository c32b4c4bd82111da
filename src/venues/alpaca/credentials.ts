import type { Faults } from "../../core/faults.ts";
import { Secret } from "../../core/secret.ts";

/** An Alpaca API key pair. Paper and live keys are different pairs. @public */
export interface AlpacaCredentials {
  readonly keyId: string;
  readonly secretKey: string | Secret;
}

/** A key pair whose secret cannot be printed. */
export interface SealedCredentials {
  readonly keyId: string;
  readonly secretKey: Secret;
}

/** Seals the key pair and lists what is missing. */
export function sealCredentials(
  credentials: AlpacaCredentials | undefined,
  faults: Faults,
): SealedCredentials {
  const { keyId, secretKey } = credentials ?? { keyId: "", secretKey: "" };
  const sealed = secretKey instanceof Secret ? secretKey : new Secret(secretKey ?? "");
  checkKey("credentials.keyId", keyId, faults);
  checkKey("credentials.secretKey", sealed.reveal(), faults);
  return { keyId, secretKey: sealed };
}

/** The headers with which Alpaca takes a key pair, on REST calls and on the stream's handshake. */
export function authHeaders(credentials: SealedCredentials): Record<string, string> {
  return {
    "APCA-API-KEY-ID": credentials.keyId,
    "APCA-API-SECRET-KEY": credentials.secretKey.reveal(),
  };
}

/** Printable, and without the line end that comes along from a file. */
const KEY = /^[\x21-\x7e]+$/;

/** Says what is wrong with a key without showing it. */
function checkKey(name: string, key: unknown, faults: Faults): void {
  const isText = typeof key === "string";
  if (!isText || key.trim() === "") faults.add(`${name} must not be empty`);
  else
    faults.require(
      KEY.test(key),
      `${name} must not contain spaces, line ends or other odd characters`,
    );
}
