import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { SimulatorCredentials } from "./options.ts";

/** Credentials as a client presented them. @internal */
export interface Presented {
  readonly keyId: string;
  readonly secretKey: string;
}

/** Decides whether a key pair is the account's. @internal */
export class CredentialBook {
  readonly #digests = new Map<string, Buffer>();
  readonly #isOpen: boolean;

  constructor(accepted: readonly SimulatorCredentials[] | undefined) {
    this.#isOpen = accepted === undefined;
    for (const { keyId, secretKey } of accepted ?? []) this.#digests.set(keyId, digest(secretKey));
  }

  /** With no list given, the first secret that comes with a key becomes that key's secret. */
  accepts({ keyId, secretKey }: Presented): boolean {
    if (!keyId || !secretKey) return false;
    const presented = digest(secretKey);
    const known = this.#digests.get(keyId);
    if (known) return timingSafeEqual(known, presented);
    if (this.#isOpen) this.#digests.set(keyId, presented);
    return this.#isOpen;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** A token is key and secret in one; its key id is a fingerprint, because key ids are shown. */
function tokenCredentials(token: string): Presented {
  return { keyId: `token-${digest(token).toString("hex").slice(0, 12)}`, secretKey: token };
}

/** Reads `{"action":"auth","key":…,"secret":…}`; the keys `oauth` and `access_token` announce a token. @internal */
export function credentialsOfMessage(key: unknown, secret: unknown): Presented {
  const keyId = typeof key === "string" ? key : "";
  const secretKey = typeof secret === "string" ? secret : "";
  const isToken = (keyId === "oauth" || keyId === "access_token") && secretKey !== "";
  return isToken ? tokenCredentials(secretKey) : { keyId, secretKey };
}

const AUTHORIZATION = /^(Basic|Bearer) +(\S+)$/i;

/** Reads the three header forms; `undefined` when a request carries none. @internal */
export function credentialsOfHeaders(headers: IncomingHttpHeaders): Presented | undefined {
  const keyId = headers["apca-api-key-id"];
  const secretKey = headers["apca-api-secret-key"];
  if (typeof keyId === "string" || typeof secretKey === "string") {
    return { keyId: String(keyId ?? ""), secretKey: String(secretKey ?? "") };
  }
  const [, scheme, value = ""] = AUTHORIZATION.exec(headers.authorization ?? "") ?? [];
  if (!scheme) return undefined;
  if (scheme.toLowerCase() === "bearer") return tokenCredentials(value);
  const [user = "", ...password] = Buffer.from(value, "base64").toString().split(":");
  return { keyId: user, secretKey: password.join(":") };
}
