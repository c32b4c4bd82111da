import { vi } from "vitest";

/** Waits until `look` no longer throws; for outcomes of real sockets. */
export function eventually<T>(look: () => T | Promise<T>, timeoutMs = 5_000): Promise<T> {
  return vi.waitFor(look, { timeout: timeoutMs, interval: 10 });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
