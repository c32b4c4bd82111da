import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Faults } from "../../core/faults.ts";
import { Secret } from "../../core/secret.ts";
import { type AlpacaCredentials, authHeaders, sealCredentials } from "./credentials.ts";

function sealed(credentials: unknown) {
  const faults = new Faults();
  const result = sealCredentials(credentials as AlpacaCredentials, faults);
  return { result, faults: faults.toError().faults };
}

describe("credentials", () => {
  test("the secret is sealed, whether it came as text or sealed already", () => {
    for (const secretKey of ["not-a-real-secret", new Secret("not-a-real-secret")]) {
      const { result, faults } = sealed({ keyId: "PKTEST", secretKey });
      expect(faults).toEqual([]);
      expect(result.secretKey.reveal()).toBe("not-a-real-secret");
      expect(inspect(result, { depth: null, showHidden: true })).not.toContain("not-a-real");
    }
  });

  test.each<[string, unknown, number]>([
    ["nothing", undefined, 2],
    ["null", null, 2],
    ["an empty object", {}, 2],
    ["empty texts", { keyId: "", secretKey: "" }, 2],
    ["blanks", { keyId: "  ", secretKey: "\t" }, 2],
    ["numbers", { keyId: 5, secretKey: 5 }, 2],
    ["no key id", { secretKey: "x" }, 1],
    ["no secret", { keyId: "x" }, 1],
    ["an empty sealed secret", { keyId: "x", secretKey: new Secret("") }, 1],
    ["a line end from a file", { keyId: "x", secretKey: "secret\n" }, 1],
  ])("%s is told fault by fault", (_name, credentials, count) => {
    expect(sealed(credentials).faults).toHaveLength(count);
  });

  test("a fault never shows the key", () => {
    const { faults } = sealed({ keyId: "PK TEST", secretKey: "not-a-real-secret\n" });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toMatch(/PK TEST|not-a-real/);
  });

  test("the headers carry the pair in the venue's names", () => {
    const { result } = sealed({ keyId: "PKTEST", secretKey: "not-a-real-secret" });
    expect(authHeaders(result)).toEqual({
      "APCA-API-KEY-ID": "PKTEST",
      "APCA-API-SECRET-KEY": "not-a-real-secret",
    });
  });
});
