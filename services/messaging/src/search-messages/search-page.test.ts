import { expect, it } from '@jest/globals';
import { snippetParts } from './search-page.ts';

it('a snippet is told in parts, so that nobody has to read markup out of a text', () => {
  expect(snippetParts('Take \u0001two\u0002 <b>tablets\u0001 a day\u0002')).toEqual([
    { text: 'Take ', match: false },
    { text: 'two', match: true },
    { text: ' <b>tablets', match: false },
    { text: ' a day', match: true },
  ]);
});
