import type { Exact } from '../amount/exact.ts';

/**
 * Body surface in square metres after Mosteller, √(cm × kg / 3600), cut off after two digits as it is used at the bedside:
 * a whole number of hundredths, so that the same body always has the same one.
 */
export function bodySurface(weightGrams: number, heightMillimetres: number): Exact {
  const squared = Math.floor((weightGrams * heightMillimetres) / 3_600);
  return { n: BigInt(Math.floor(Math.sqrt(squared))), d: 100n };
}
