import { groupedCode } from '../../verification-code.ts';
import { replacementNote } from './known-characters.ts';
import { drawMedicines } from './draw-medicines.ts';
import type { PageContent } from './page-content.ts';
import { drawQrCode } from './qr-code.ts';
import { type Piece, Sheet } from './sheet.ts';
import { type Style, styles } from './styles.ts';

/** The prescription as a PDF that prints well and that a screen reader can read (PDF/UA, structure tree, language). */
export async function drawDocument(given: PageContent): Promise<Buffer> {
  const { paper, version, prescriber, signedAt } = given;
  const title = `Prescription, version ${version}`;
  const sheet = new Sheet(paper, { title, author: prescriber.name, writtenAt: signedAt });
  const content = readable(given, (text) => sheet.characters.write(text));
  drawHead(sheet, content);
  drawPeople(sheet, content);
  drawMedicines(sheet, content.medicines);
  drawSafetyNotes(sheet, content.safetyNotes);
  drawVerification(sheet, content);
  numberPages(sheet, content);
  return sheet.bytes();
}

/** The content with every text such that the font can show it. */
const readable = (content: PageContent, write: (text: string) => string): PageContent =>
  JSON.parse(JSON.stringify(content), (key, value: unknown) => {
    if (key === 'signedAt') return new Date(value as string);
    return typeof value === 'string' ? write(value) : value;
  }) as PageContent;

const piece = (style: Style, text: string): Piece => ({ style, text });

function drawHead(sheet: Sheet, { clinic, version, signedOn, validUntil }: PageContent): void {
  const { root, left, width } = sheet;
  sheet.y = sheet.writeAll(
    root,
    [piece(styles.clinic, clinic.name), piece(styles.place, clinic.city)],
    left,
    sheet.y,
    width,
  );
  sheet.y = sheet.write(root, 'H1', piece(styles.title, 'Prescription'), left, sheet.y + 16, width);
  const about = `Signed ${signedOn}   ·   Valid until ${validUntil}   ·   Version ${version}`;
  sheet.y = sheet.write(root, 'P', piece(styles.subtitle, about), left, sheet.y + 1, width) + 18;
}

function drawPeople(sheet: Sheet, { patient, prescriber }: PageContent): void {
  const { left, width } = sheet;
  const half = (width - 24) / 2;
  const blocks = [
    ['Patient', patient.name, patient.born && `Born ${patient.born}`],
    ['Prescriber', prescriber.name, prescriber.licenceNumber && `Licence ${prescriber.licenceNumber}`],
  ] as const;
  sheet.rule(sheet.y, 1);
  const top = sheet.y + 10;
  const ends = blocks.map(([label, name, detail], i) => {
    const section = sheet.doc.struct('Sect');
    sheet.root.add(section);
    const x = left + i * (half + 24);
    const below = sheet.write(section, 'H2', piece(styles.label, label.toUpperCase()), x, top, half);
    const pieces = [piece(styles.person, name), ...(detail ? [piece(styles.detail, detail)] : [])];
    const end = sheet.writeAll(section, pieces, x, below + 2, half);
    section.end();
    return end;
  });
  sheet.y = Math.max(...ends) + 12;
  sheet.rule(sheet.y, 1);
  sheet.y += 22;
}

function drawSafetyNotes(sheet: Sheet, notes: readonly string[]): void {
  const { doc, root, left, width } = sheet;
  const pieces = notes.map((note) => piece(styles.body, note));
  const heights = pieces.map((each) => sheet.heightOf([each], width - 14) + 4);
  sheet.keepTogether(26 + (heights[0] ?? 0));
  sheet.y = sheet.write(root, 'H2', piece(styles.heading, 'Safety'), left, sheet.y, width) + 5;
  const list = doc.struct('L');
  root.add(list);
  for (const [i, each] of pieces.entries()) {
    sheet.keepTogether(heights[i]!);
    const item = doc.struct('LI');
    list.add(item);
    sheet.write(item, 'Lbl', piece(styles.body, '•'), left, sheet.y, 10);
    sheet.write(item, 'LBody', each, left + 14, sheet.y, width - 14);
    item.end();
    sheet.y += heights[i]!;
  }
  list.end();
  sheet.y += 18;
}

const qrSize = 96;

function drawVerification(sheet: Sheet, content: PageContent): void {
  const { doc, root, left, width } = sheet;
  const { verificationCode, verificationAddress, contentHash, version, prescriber, signed } = content;
  const x = left + qrSize + 22;
  const textWidth = width - qrSize - 22;
  const pieces = [
    piece(styles.body, `Signed electronically by ${prescriber.name}, ${signed}.`),
    piece(
      styles.body,
      'Scan the code, or open the address, to see whether this prescription is valid. Nothing about the patient is shown there.',
    ),
    piece(styles.small, verificationAddress),
    piece(styles.code, groupedCode(verificationCode)),
    piece(styles.small, `Version ${version}. SHA-256 of the signed content: ${contentHash}`),
    ...(sheet.characters.replaced ? [piece(styles.small, replacementNote)] : []),
  ];
  const height = 24 + Math.max(qrSize, sheet.heightOf(pieces, textWidth, 4));
  sheet.keepTogether(height + 14);
  sheet.rule(sheet.y, 1);
  const top = sheet.y + 14;
  const heading = piece(styles.heading, 'Check this document');
  let y = sheet.write(root, 'H2', heading, x, top - 3, textWidth) + 4;
  const alt = `QR code that opens ${verificationAddress}`;
  root.add(
    doc.struct(
      'Figure',
      { alt, bbox: [left, top, left + qrSize, top + qrSize], placement: 'Block' } as object,
      () => drawQrCode(doc, verificationAddress, left, top, qrSize),
    ),
  );
  y = sheet.writeAll(root, pieces, x, y, textWidth, 4);
  sheet.y = Math.max(y, top + qrSize);
}

/** What stands in the margins: on every page which document and which page it is, from the second on whose. */
function numberPages(sheet: Sheet, content: PageContent): void {
  const { prescriptionId, version, verificationCode, patient, signedOn } = content;
  const { doc, left, width } = sheet;
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    const y = doc.page.height - 46;
    sheet.rule(y - 8);
    const name = `${prescriptionId}   ·   version ${version}   ·   ${groupedCode(verificationCode)}`;
    sheet.furniture(piece(styles.furniture, name), left, y, width - 80, 'left');
    const number = `Page ${page - start + 1} of ${count}`;
    sheet.furniture(piece(styles.furniture, number), left + width - 80, y, 80, 'right');
    const title = `Prescription for ${patient.name}, signed ${signedOn}, version ${version}, continued`;
    if (page > start) sheet.furniture(piece(styles.furniture, title), left, 38, width, 'left');
  }
}
