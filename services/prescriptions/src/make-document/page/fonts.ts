import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

/** A font as pdfkit's own library has it, which its types do not show. */
export interface ParsedFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

const read = (path: string) =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans/${path}`));

/**
 * Parsed once for all documents: reading the tables that place accents and kern letters is four fifths of the work of
 * drawing a page.
 */
function parse(file: Buffer): ParsedFont {
  const { _font } = new PDFDocument({ autoFirstPage: false }).font(file) as unknown as {
    _font: { font: ParsedFont };
  };
  return _font.font;
}

let parsed: { regular: ParsedFont; strong: ParsedFont } | undefined;

/** Noto Sans: Latin, Greek, Cyrillic and Devanagari, under the SIL Open Font License, embedded as far as it is used. */
export const fonts = () =>
  (parsed ??= {
    regular: parse(read('400Regular/NotoSans_400Regular.ttf')),
    strong: parse(read('600SemiBold/NotoSans_600SemiBold.ttf')),
  });
export type FontName = keyof ReturnType<typeof fonts>;
