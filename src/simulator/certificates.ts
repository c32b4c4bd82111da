import { isIP } from "node:net";
import type { ResolvedOptions } from "./options.ts";

/** What a TLS server shows, and what its clients trust; all of it PEM. @internal */
export interface Certificates {
  readonly key: string;
  readonly cert: string;
  /** The authority's certificate. Its key is forgotten, so that it can vouch for nothing else. */
  readonly ca: string;
}

/** How the types of a certificate's alternative names are numbered (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;
const DAY_MS = 86_400_000;

/** Makes an authority and has it sign a certificate for the simulator's host and for this machine. @internal */
export async function makeCertificates({
  host,
  clock,
}: Pick<ResolvedOptions, "host" | "clock">): Promise<Certificates> {
  // Only who asks for TLS waits for this library.
  const { generate } = await import("selfsigned");
  // A clock on the client's side may be a little behind.
  const nowMs = clock.nowMs();
  const common = {
    algorithm: "sha256",
    keyType: "ec",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + 30 * DAY_MS),
  } as const;
  const authority = await generate([{ name: "commonName", value: "Holdfast simulator CA" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const names = new Set([host, "localhost", "127.0.0.1", "::1"]);
  const server = await generate([{ name: "commonName", value: "Holdfast simulator" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [...names].map((name) =>
          isIP(name) ? { type: IP_ADDRESS, ip: name } : { type: DNS_NAME, value: name },
        ),
      },
    ],
  });
  return { key: server.private, cert: server.cert, ca: authority.cert };
}
