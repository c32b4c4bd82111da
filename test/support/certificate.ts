import { generate } from "selfsigned";

/** A key and a certificate for 127.0.0.1, made for this run and trusted by nobody. */
export async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const pair = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { key: pair.private, cert: pair.cert };
}
