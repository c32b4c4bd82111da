import { hash32 } from "../core/random.ts";

/** Wavelengths in events: 2^2, 2^4, … 2^18. */
const FIRST_OCTAVE = 2;
const LAST_OCTAVE = 18;
const OCTAVE_STEP = 2;
/** Relative height of the shortest wave; each longer one is higher by the square root of its length. */
const BASE_AMPLITUDE = 0.000_04;
/** Keeps these hashes apart from the other uses of the same symbol hash. */
const SALT = 0x70a7;

interface Octave {
  readonly wavelength: number;
  readonly amplitude: number;
  cell: number;
  left: number;
  right: number;
}

/**
 * A price for every index, without history: the sum of octaves of value noise, each octave smoothly
 * joining one hashed value per cell. The amplitudes grow like those of a random walk. Each octave
 * remembers its last cell, because neighbours are usually asked for in turn; the answer never
 * depends on it.
 * @internal
 */
export class PricePath {
  readonly #symbolHash: number;
  readonly #basePrice: number;
  readonly #octaves: readonly Octave[];

  constructor(symbolHash: number, basePrice: number) {
    this.#symbolHash = symbolHash;
    this.#basePrice = basePrice;
    const octaves: Octave[] = [];
    for (let power = FIRST_OCTAVE; power <= LAST_OCTAVE; power += OCTAVE_STEP) {
      const amplitude = BASE_AMPLITUDE * 2 ** (power / 2);
      octaves.push({ wavelength: 2 ** power, amplitude, cell: Number.NaN, left: 0, right: 0 });
    }
    this.#octaves = octaves;
  }

  /** The unrounded price at an index of the tape, which may be negative. */
  priceAt(index: number): number {
    let relative = 1;
    for (const octave of this.#octaves) {
      const position = index / octave.wavelength;
      const cell = Math.floor(position);
      if (cell !== octave.cell) {
        octave.left = cell === octave.cell + 1 ? octave.right : this.#value(octave, cell);
        octave.right = this.#value(octave, cell + 1);
        octave.cell = cell;
      }
      const part = position - cell;
      const eased = part * part * (3 - 2 * part);
      relative += octave.amplitude * (octave.left + (octave.right - octave.left) * eased);
    }
    return this.#basePrice * relative;
  }

  #value(octave: Octave, cell: number): number {
    return hash32(this.#symbolHash, SALT, octave.wavelength, cell) / 2 ** 31 - 1;
  }
}
