import { describe, expect, it } from '@jest/globals';
import { configurationOf, guessLanguage, languageOf } from './language.ts';

describe('guessLanguage', () => {
  it.each([
    ['en', 'Please take the tablets with water when you have eaten.'],
    ['de', 'Bitte nehmen Sie die Tabletten nach dem Essen und nicht auf n\u00fcchternen Magen.'],
    ['fr', 'Vous avez raison, les comprim\u00e9s se prennent avec une boisson.'],
    ['es', 'Gracias, usted puede tomar las pastillas con agua.'],
    ['it', 'Grazie, quando posso prendere il farmaco?'],
    ['tr', 'Bu ila\u00e7 i\u00e7in te\u015fekk\u00fcrler, ne zaman?'],
    [null, 'Ibuprofen 400'],
    [null, ''],
  ])('%s: %s', (language, text) => {
    expect(guessLanguage(text)).toBe(language);
  });
});

describe('languageOf', () => {
  it.each([
    ['de-AT', 'de'],
    ['EN', 'en'],
    ['zh-Hant', null],
  ])('%s', (tag, language) => {
    expect(languageOf(tag)).toBe(language);
  });

  it('without stems finds words as they are', () => {
    expect([configurationOf('fr'), configurationOf(null)]).toEqual(['search_fr', 'search_simple']);
  });
});
