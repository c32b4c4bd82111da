import { defineConfig, type ViteUserConfig } from "vitest/config";

// Sockets and child processes want a quiet machine: these projects run alone, one file at a time.
const oneAtATime = { fileParallelism: false, testTimeout: 30_000, hookTimeout: 30_000 } as const;

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "loopback",
          include: ["test/loopback/**/*.test.ts"],
          ...oneAtATime,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          ...oneAtATime,
          testTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          ...oneAtATime,
          testTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      // The real paper venue, with real keys, only when it is asked for.
      ...(process.env["HOLDFAST_PAPER"] === "1"
        ? [{ test: { name: "paper", include: ["test/paper/**/*.test.ts"], ...oneAtATime } }]
        : []),
    ],
    coverage: { provider: "v8", include: ["src/**"], exclude: ["src/**/*.test.ts"] },
  },
});

export default config;
