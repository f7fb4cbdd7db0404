import type { ParsedFont } from './fonts.ts';

const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Joiners, direction marks: they show nothing, and could make a name look like another. */
const format = /\p{Cf}/gu;

/** Makes every text one that the font can show, and remembers whether anything had to be written otherwise. */
export class KnownCharacters {
  readonly #font: ParsedFont;
  /** Whether some character was written as its number. */
  replaced = false;

  constructor(font: ParsedFont) {
    this.#font = font;
  }

  /**
   * The text with each character the font lacks as its Unicode number, such as [U+5F20]: nothing is left out and nothing
   * is shown as something else. Line breaks and other controls become spaces, marks without a shape are dropped.
   */
  write(text: string): string {
    return Array.from(text.normalize('NFC').replace(format, ''), (character) => {
      if (control.test(character)) return ' ';
      const codePoint = character.codePointAt(0)!;
      if (this.#font.hasGlyphForCodePoint(codePoint)) return character;
      this.replaced = true;
      return `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
    }).join('');
  }
}

export const replacementNote =
  'A character that this document’s font does not have is written as its Unicode number in brackets, such as [U+5F20].';
