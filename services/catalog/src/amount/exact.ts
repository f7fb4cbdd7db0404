/** An exact fraction: doses are compared without rounding. The denominator is positive. */
export interface Exact {
  readonly n: bigint;
  readonly d: bigint;
}

const decimal = /^(\d+)(?:\.(\d+))?$|^\.(\d+)$/;

/** Reads a decimal such as `0.5`, `.5` or `250`. Null when it is anything else. */
export function exact(text: string): Exact | null {
  const parts = decimal.exec(text.trim());
  if (!parts) return null;
  const whole = parts[1] ?? '0';
  const fraction = parts[2] ?? parts[3] ?? '';
  return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) };
}

/** A finite, non-negative number as the decimal it prints as: 0.1 is a tenth. Null otherwise. */
export function exactOf(number: number): Exact | null {
  if (!Number.isFinite(number) || number < 0) return null;
  const [mantissa = '', exponent] = String(number).split('e');
  const value = exact(mantissa);
  if (!value || exponent === undefined) return value;
  const scale = 10n ** BigInt(Math.abs(Number(exponent)));
  return Number(exponent) < 0 ? { n: value.n, d: value.d * scale } : { n: value.n * scale, d: value.d };
}

export const zero: Exact = { n: 0n, d: 1n };
export const plus = (a: Exact, b: Exact): Exact => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const times = (a: Exact, b: Exact): Exact => ({ n: a.n * b.n, d: a.d * b.d });
/** `b` must not be zero. */
export const over = (a: Exact, b: Exact): Exact => ({ n: a.n * b.d, d: a.d * b.n });
export const isMore = (a: Exact, b: Exact): boolean => a.n * b.d > b.n * a.d;
export const lesser = (a: Exact, b: Exact): Exact => (isMore(a, b) ? b : a);
export const greater = (a: Exact, b: Exact): Exact => (isMore(a, b) ? a : b);

/** The decimal with at most `digits` digits after the point, cut off, without trailing zeros. */
export function decimalText(value: Exact, digits = 6): string {
  const scaled = ((value.n * 10n ** BigInt(digits)) / value.d).toString().padStart(digits + 1, '0');
  return `${scaled.slice(0, -digits)}.${scaled.slice(-digits)}`.replace(/\.?0+$/, '');
}
