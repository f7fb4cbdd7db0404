/**
 * US National Drug Codes. A product's code has two segments (labeler, product), a package's a third one. They are printed
 * as 4-4-2, 5-3-2 or 5-4-1, padded to 5-4-2, without hyphens (ten or eleven digits), or as UPC and GTIN.
 */
const layouts = new Set(['4-4-2', '5-3-2', '5-4-1', '5-4-2', '4-4', '5-3', '5-4']);

/** `0002-1200-10` becomes `00002120010`; a product's code becomes nine digits. Null when it is no NDC. */
export function paddedNdc(printed: string): string | null {
  if (!/^[\d-]+$/.test(printed)) return null;
  const parts = printed.split('-');
  if (!layouts.has(parts.map(({ length }) => length).join('-'))) return null;
  const [labeler = '', product = '', pack = ''] = parts;
  return labeler.padStart(5, '0') + product.padStart(4, '0') + (pack && pack.padStart(2, '0'));
}

/** The digits of a printed code: what a barcode carries. */
export const digitsOf = (printed: string): string => printed.replaceAll('-', '');
