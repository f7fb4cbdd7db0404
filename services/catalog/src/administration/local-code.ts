import { digitsOf, paddedNdc } from '../codes/ndc-code.ts';

export interface Code {
  readonly system: string;
  readonly value: string;
}

/** A code as it is looked up: NDCs as digits, with and without filled-up parts. None when it is no code. */
export function storedCodes({ system, value }: Code): Code[] {
  if (system !== 'NDC') return [{ system, value }];
  // As the catalog shows it already.
  if (/^\d{8,11}$/.test(value)) return [{ system, value }];
  const padded = paddedNdc(value);
  return padded === null
    ? []
    : [...new Set([padded, digitsOf(value)])].map((each) => ({ system, value: each }));
}
