/** Random choices that can be had again: the same seed, the same choices (mulberry32). */
export interface Dice {
  readonly seed: number;
  /** A whole number from 0 to below `below`. */
  number(below: number): number;
  chance(oneIn: number): boolean;
  pick<Value>(from: readonly Value[]): Value;
}

export function rollDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const number = (below: number) => Math.floor(next() * below);
  return {
    seed,
    number,
    chance: (oneIn) => number(oneIn) === 0,
    pick: (from) => {
      if (from.length === 0) throw new Error('There is nothing to pick from.');
      return from[number(from.length)]!;
    },
  };
}
