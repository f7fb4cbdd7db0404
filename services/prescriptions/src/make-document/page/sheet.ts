import PDFDocument from 'pdfkit';
import { fonts } from './fonts.ts';
import { KnownCharacters } from './known-characters.ts';
import type { Paper } from './page-content.ts';
import { hairline, type Style } from './styles.ts';

const margins = { top: 64, bottom: 72, left: 60, right: 60 };

/** A text and how it looks. */
export interface Piece {
  style: Style;
  text: string;
}

/**
 * The paper that is written on from top to bottom. Everything that carries meaning is written into an element of the
 * structure tree, which is what a screen reader reads, in this order; everything else is marked as an artifact.
 */
export class Sheet {
  readonly doc: PDFKit.PDFDocument;
  readonly root: PDFKit.PDFStructureElement;
  readonly characters: KnownCharacters;
  readonly left = margins.left;
  readonly width: number;
  /** Where the next block begins. */
  y = margins.top;
  /** Where the room for content ends. */
  readonly bottom: number;

  constructor(paper: Paper, about: { title: string; author: string; writtenAt: Date }) {
    const { title, author, writtenAt } = about;
    this.doc = new PDFDocument({
      size: paper,
      margins,
      bufferPages: true,
      pdfVersion: '1.7',
      // The types do not know it yet.
      subset: 'PDF/UA' as 'PDF/A-1',
      tagged: true,
      lang: 'en',
      displayTitle: true,
      // The day of the signature, not of the printing: the same content gives the same bytes.
      info: {
        Title: title,
        Author: author,
        Creator: 'Carethread',
        Producer: 'Carethread',
        CreationDate: writtenAt,
      },
    });
    const { regular, strong } = fonts();
    for (const [name, font] of Object.entries({ regular, strong }))
      this.doc.registerFont(name, font as unknown as Buffer);
    this.width = this.doc.page.width - margins.left - margins.right;
    this.bottom = this.doc.page.height - margins.bottom;
    this.doc.font('regular');
    this.characters = new KnownCharacters(regular);
    this.root = this.doc.struct('Document', { title, lang: 'en' });
    this.doc.addStructure(this.root);
  }

  /** How high the pieces are, one under the other in this width, with `gap` between them. */
  heightOf(pieces: readonly Piece[], width: number, gap = 0): number {
    const height = ({ style, text }: Piece) =>
      this.#with(style).heightOfString(text, { ...options(style), width });
    return pieces.reduce((sum, piece) => sum + height(piece) + gap, -gap);
  }

  /** Begins a new page unless this much fits on the rest of this one. Answers whether it did. */
  keepTogether(height: number): boolean {
    if (this.y + height <= this.bottom) return false;
    this.doc.addPage();
    this.y = margins.top;
    return true;
  }

  /** Writes one piece as an element of this type. Answers where it ended. */
  write(
    parent: PDFKit.PDFStructureElement,
    type: string,
    { style, text }: Piece,
    x: number,
    y: number,
    width: number,
  ): number {
    const element = this.doc.struct(type, {}, () => {
      this.#with(style).text(text, x, y, { ...options(style), width });
    });
    parent.add(element);
    return this.doc.y;
  }

  /** Writes pieces one under the other, as paragraphs. Answers where they ended. */
  writeAll(
    parent: PDFKit.PDFStructureElement,
    pieces: readonly Piece[],
    x: number,
    y: number,
    width: number,
    gap = 0,
  ): number {
    return pieces.reduce((at, piece) => this.write(parent, 'P', piece, x, at, width) + gap, y) - gap;
  }

  /** Draws what carries no meaning of its own. */
  artifact(draw: (doc: PDFKit.PDFDocument) => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw(this.doc);
    this.doc.endMarkedContent();
  }

  rule(y: number, weight = 0.6): void {
    this.artifact((doc) =>
      doc
        .moveTo(this.left, y)
        .lineTo(this.left + this.width, y)
        .lineWidth(weight)
        .strokeColor(hairline)
        .stroke(),
    );
  }

  /** A line of text beside the content (page number, running title), which a screen reader passes over. */
  furniture({ style, text }: Piece, x: number, y: number, width: number, align: 'left' | 'right'): void {
    this.artifact(() => {
      const { margins: own } = this.doc.page;
      // It stands in the margin, where pdfkit would begin a new page.
      const { bottom } = own;
      own.bottom = 0;
      this.#with(style).text(text, x, y, { width, align, lineBreak: false, ellipsis: true });
      own.bottom = bottom;
    });
  }

  /** The finished file. */
  async bytes(): Promise<Buffer> {
    const parts: Buffer[] = [];
    this.doc.on('data', (part: Buffer) => parts.push(part));
    const written = new Promise((resolve) => this.doc.once('end', resolve));
    this.root.end();
    this.doc.end();
    await written;
    return Buffer.concat(parts);
  }

  #with({ font, size, colour }: Style): PDFKit.PDFDocument {
    return this.doc.font(font).fontSize(size).fillColor(colour);
  }
}

const options = ({ lineGap = 0, characterSpacing = 0, align = 'left' }: Style) => ({
  lineGap,
  characterSpacing,
  align,
});
