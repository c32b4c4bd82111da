import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { clientOf, credentials, forbidReconnects, startVenue } from "../support/venue.ts";

describe("connecting", () => {
  test("resolves once the venue has authenticated us", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    forbidReconnects(client);
    await client.connect();
    expect(client.state.kind).toBe("live");
    expect(simulator.state().sessions).toHaveLength(1);
  });

  test("fails for good, with the venue's reason, when the key is wrong", async () => {
    const simulator = await startVenue({ credentials: [{ keyId: "OTHER", secretKey: "other" }] });
    const { client } = clientOf(simulator);
    await expect(client.connect()).rejects.toMatchObject({
      code: "ERR_AUTH_REJECTED",
      disposition: "fatal",
      venueCode: 402,
    });
    expect(client.state.kind).toBe("idle");
    expect(simulator.state().handshakes).toBe(1);
  });

  test("twice makes one socket and gives the same promise", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    const first = client.connect();
    const second = client.connect();
    expect(second).toBe(first);
    await first;
    expect(client.connect()).toBe(first);
    expect(simulator.state().handshakes).toBe(1);
  });

  test("ends with a close frame that frees the slot at once", async () => {
    const simulator = await startVenue();
    const one = clientOf(simulator);
    await one.client.connect();
    await one.client.disconnect();
    expect(one.client.state.kind).toBe("idle");
    const two = clientOf(simulator);
    await two.client.connect();
    expect(two.codes()).toEqual([]);
  });

  test("is closed within its deadline when the peer does not answer the close frame", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    simulator.inject({ kind: "half-open" });
    await client.disconnect();
    await eventually(() => expect(simulator.state().sessions).toHaveLength(0));
  });

  test("can be given up by an abort, with the reason untouched, at every stage", async () => {
    for (const kind of ["stall-handshake", "no-welcome", "no-auth-reply"] as const) {
      const simulator = await startVenue({ faults: [{ kind }] });
      const { client } = clientOf(simulator);
      const reason = new Error("changed my mind");
      const controller = new AbortController();
      const connecting = client.connect({ signal: controller.signal });
      await eventually(() => expect(simulator.state().handshakes).toBe(1));
      controller.abort(reason);
      await expect(connecting).rejects.toBe(reason);
      expect(client.state.kind).toBe("idle");
    }
  });

  test("does no I/O when the signal has aborted before", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await expect(client.connect({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(simulator.state().handshakes).toBe(0);
  });

  test("works again after a disconnect, and what was wanted is subscribed again", async () => {
    const simulator = await startVenue();
    const { client } = clientOf(simulator);
    await client.connect();
    await client.subscribe({ trades: ["AAPL"] });
    await client.disconnect();
    await client.connect();
    await eventually(() => expect(client.getMetrics().subscriptions).toEqual({ trades: ["AAPL"] }));
  });

  test.each([
    ["a message", "message", "msgpack"],
    ["a message, in JSON", "message", "json"],
    ["headers", "headers", "msgpack"],
    ["headers, in JSON", "headers", "json"],
  ] as const)("authenticates with %s", async (_name, auth, encoding) => {
    const simulator = await startVenue({ credentials: [credentials] });
    const { client } = clientOf(simulator, { auth, encoding });
    await client.connect();
    const acknowledged = await client.subscribe({ quotes: ["AAPL"] });
    expect(acknowledged).toEqual({ quotes: ["AAPL"] });
    await eventually(() => expect(client.getMetrics().messagesByType["quote"]).toBeGreaterThan(3));
  });

  test.each([
    ["stall-handshake", "connect", { connectMs: 200 }],
    ["no-welcome", "welcome", { welcomeMs: 200 }],
    ["no-auth-reply", "auth", { authMs: 200 }],
  ] as const)(
    "after %s tries again once the deadline for %s has passed",
    async (kind, phase, timeouts) => {
      const simulator = await startVenue({ faults: [{ kind }] });
      const { client, errors } = clientOf(simulator, {
        timeouts: { connectMs: 2_000, welcomeMs: 2_000, authMs: 2_000, ...timeouts },
      });
      await client.connect();
      expect(errors).toMatchObject([{ code: "ERR_CONNECT_TIMEOUT", phase }]);
      expect(simulator.state().handshakes).toBe(2);
    },
  );
});
