import { describe, expect, it } from '@jest/globals';
import pixelmatch from 'pixelmatch';
import decodeQR from 'qr/decode.js';
import { drawApart } from '../src/make-document/draw-apart.ts';
import { drawDocument } from '../src/make-document/page/draw-document.ts';
import { manyPages, onePage } from './example-pages.ts';
import { drawnPages, goldenPage } from './golden-pages.ts';
import { type Element, picturesOf, structureOf, textOf } from './read-pdf.ts';

const typesIn = (elements: readonly Element[]): string[] =>
  elements.flatMap(({ type, children }) => [type, ...typesIn(children)]);

describe('the page of a document', () => {
  it('looks as the pictures that people looked at', async () => {
    const pages = await drawnPages();
    expect([...pages.keys()]).toEqual(['onePage-1', 'manyPages-1', 'manyPages-2', 'manyPages-3']);
    for (const [name, { width, height, data }] of pages) {
      const golden = goldenPage(name);
      expect([name, golden.width, golden.height]).toEqual([name, width, height]);
      // Renderers round edges a little differently; a letter that is missing or has moved is far more than this.
      const different = pixelmatch(golden.data, data, undefined, width, height, { threshold: 0.2 });
      expect([name, different <= 5]).toEqual([name, true]);
    }
  });

  it('gives the same bytes for the same content', async () => {
    const [first, second] = [await drawDocument(onePage), await drawDocument(onePage)];
    expect(first.equals(second)).toBe(true);
    expect((await drawDocument({ ...onePage, version: 2 })).equals(first)).toBe(false);
  });

  it('is the same when it is drawn on a thread of its own, several at once', async () => {
    const draw = drawApart();
    const [first, second] = await Promise.all([draw(onePage), draw(manyPages)]);
    expect(first.equals(await drawDocument(onePage))).toBe(true);
    expect(second.equals(await drawDocument(manyPages))).toBe(true);
    const impossible = { ...onePage, safetyNotes: null } as unknown as typeof onePage;
    await expect(draw(impossible)).rejects.toThrow('null');
    expect((await draw(onePage)).equals(first)).toBe(true);
  });

  it('can be read in the order in which it is meant', async () => {
    const text = (await textOf(await drawDocument(onePage))).replaceAll(/\s+/g, ' ');
    const { patient, prescriber, medicines, safetyNotes } = onePage;
    const order = [
      'Riverside Clinic',
      'Prescription',
      patient.name,
      prescriber.name,
      'Medicines',
      ...medicines.flatMap(({ name, directions, quantity }) => [name, directions!, quantity]),
      'Safety',
      ...safetyNotes,
      'Check this document',
      onePage.verificationAddress,
      'Page 1 of 1',
    ];
    const places = order.map((said) => text.indexOf(said.replaceAll(/\s+/g, ' ')));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('tells a screen reader what is a heading, a paragraph, a table, a list and a picture, and what the picture is', async () => {
    const [root] = await structureOf(await drawDocument(onePage));
    expect(root!.type).toBe('Document');
    const types = typesIn([root!]);
    const count = (type: string) => types.filter((each) => each === type).length;
    expect([count('H1'), count('H2'), count('Table'), count('L')]).toEqual([1, 5, 1, 1]);
    expect([count('TR'), count('TH'), count('TD'), count('LI')]).toEqual([3, 3, 6, 2]);
    expect(count('P')).toBeGreaterThan(15);
    const figure = root!.children.find(({ type }) => type === 'Figure');
    expect(figure?.alt).toBe(`QR code that opens ${onePage.verificationAddress}`);
    const raw = (await drawDocument(onePage)).toString('latin1');
    for (const said of ['/Lang (en)', '/MarkInfo', '/Marked true', '/DisplayDocTitle true', 'pdfuaid:part'])
      expect(raw).toContain(said);
  });

  it('has a code that opens the verification address', async () => {
    const [page] = await picturesOf(await drawDocument(onePage), 2);
    expect(decodeQR(page!, { effort: Infinity, timeLimit: Infinity })).toBe(onePage.verificationAddress);
  });

  it('goes on over pages without dividing a medicine, numbers them, and says whose they are', async () => {
    const text = await textOf(await drawDocument(manyPages));
    expect(text).toContain('Page 1 of 3');
    expect(text).toContain('Page 3 of 3');
    expect(text.match(/signed 20 November 2026, version 2, continued/g)).toHaveLength(2);
    const file = await drawDocument(manyPages);
    const onPages = await Promise.all([0, 1, 2].map(async (page) => typesIn(await structureOf(file, page))));
    // The row of titles and one of each medicine: a divided one would be on two pages.
    expect(onPages.flat().filter((type) => type === 'TR')).toHaveLength(1 + manyPages.medicines.length);
  });

  it('writes a character the font does not have as its number, and says so', async () => {
    const text = (await textOf(await drawDocument(manyPages))).replaceAll(/\s+/g, ' ');
    expect(text).toContain('[U+5F20][U+4F1F] Nguyễn');
    expect(text).toContain('is written as its Unicode number');
    const long = { ...onePage, medicines: [{ ...onePage.medicines[0]!, instructions: '张'.repeat(1_000) }] };
    const whole = await textOf(await drawDocument(long));
    expect(whole.match(/\[U\+5F20\]/g)!.length).toBeGreaterThanOrEqual(1_000);
  });
});
