import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { HttpSession } from "../../src/http/http-session.ts";
import { makeCertificate } from "../support/certificate.ts";
import { clientOf } from "../support/venue.ts";

/** A venue behind a certificate of its own; answers every request, and greets and authenticates. */
async function startEncryptedVenue(): Promise<{ address: string; ca: string }> {
  const { key, cert } = await makeCertificate();
  const server: Server = createServer({ key, cert }, (_request, response) => {
    response.setHeader("content-type", "application/json").end('{"ok":true}');
  });
  const streams = new WebSocketServer({ server });
  streams.on("connection", (socket) => {
    socket.send('[{"T":"success","msg":"connected"}]');
    socket.on("message", () => socket.send('[{"T":"success","msg":"authenticated"}]'));
  });
  onTestFinished(() => {
    for (const socket of streams.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, ca: cert };
}

describe("an encrypted connection", () => {
  test("is made to a peer whose certificate we were told to trust", async () => {
    const { address, ca } = await startEncryptedVenue();
    await using session = new HttpSession({ ca });
    const response = await session.request({ operation: "any", url: `https://${address}/` });
    expect(response.json()).toEqual({ ok: true });
    const { client } = clientOf({ url: `wss://${address}` }, { encoding: "json", ca });
    await client.connect();
    expect(client.state.kind).toBe("live");
  });

  test("is not made to anybody else, and nothing is sent", async () => {
    const { address } = await startEncryptedVenue();
    await using session = new HttpSession();
    await expect(
      session.request({ operation: "any", url: `https://${address}/` }),
    ).rejects.toMatchObject({ code: "ERR_REQUEST_FAILED", sent: false });
    const { client } = clientOf(
      { url: `wss://${address}` },
      { encoding: "json", maxReconnectAttempts: 0 },
    );
    await expect(client.connect()).rejects.toMatchObject({
      code: "ERR_RETRIES_EXHAUSTED",
      cause: { code: "ERR_CONNECTION_CLOSED", message: expect.stringContaining("certificate") },
    });
  });
});
