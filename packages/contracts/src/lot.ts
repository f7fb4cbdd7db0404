/** A lot number as it is compared: people and scanners differ in case, spaces and hyphens. */
export const foldLot = (printed: string): string => printed.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
