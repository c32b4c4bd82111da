const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");

/** UTC time of day, `14:31:02` or with milliseconds `14:31:02.123`. */
export function timeOfDay(
  epochMs: number,
  { milliseconds = false }: { readonly milliseconds?: boolean } = {},
): string {
  const ms = Math.floor(epochMs) % 86_400_000;
  const text = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}`;
  return milliseconds ? `${text}.${String(ms % 1_000).padStart(3, "0")}` : text;
}

/** A running time as a clock shows it: `0:07`, `12:30`, `1:02:03`. */
export function stopwatch(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1_000);
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
