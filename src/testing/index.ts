export { type Random, seededRandom } from "../core/random.ts";
export { ManualClock } from "./manual-clock.ts";
