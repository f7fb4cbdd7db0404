import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { drawDocument } from '../src/make-document/page/draw-document.ts';
import { manyPages, onePage } from './example-pages.ts';
import { picturesOf } from './read-pdf.ts';

/** Dots per point: 72 dots an inch, which shows a missing accent and keeps the files small. */
const scale = 1;

const fileOf = (name: string) => fileURLToPath(new URL(`golden/${name}.png`, import.meta.url));

/** The pages by name, as they are drawn now. */
export async function drawnPages(): Promise<Map<string, PNG>> {
  const pages = new Map<string, PNG>();
  for (const [name, content] of Object.entries({ onePage, manyPages }))
    for (const [i, picture] of (await picturesOf(await drawDocument(content), scale)).entries())
      pages.set(`${name}-${i + 1}`, picture);
  return pages;
}

/** The first page as people see it on paper, for the documentation. */
export async function writePictureForDocs(): Promise<void> {
  const [page] = await picturesOf(await drawDocument(onePage), 1.5);
  writeFileSync(new URL('../../../docs/pictures/prescription.png', import.meta.url), greyPng(page!));
}

const greyPng = (picture: PNG) => PNG.sync.write(picture, { colorType: 0, deflateLevel: 9 });

export const goldenPage = (name: string): PNG => PNG.sync.read(readFileSync(fileOf(name)));

/** A grey picture is enough, and a third of the size. */
export const writeGoldenPage = (name: string, picture: PNG): void =>
  writeFileSync(fileOf(name), greyPng(picture));
