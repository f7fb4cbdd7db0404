import encodeQR from 'qr';

/** Draws a QR code as one filled path, `size` points wide, with its upper left corner at (x, y). */
export function drawQrCode(doc: PDFKit.PDFDocument, text: string, x: number, y: number, size: number): void {
  // The paper around it is the quiet zone; the library gives a border of at least one module.
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 1 })
    .slice(1, -1)
    .map((cells) => cells.slice(1, -1));
  const module = size / rows.length;
  for (const [row, cells] of rows.entries())
    for (const [from, to] of darkRuns(cells))
      doc.rect(x + from * module, y + row * module, (to - from) * module, module);
  doc.fill('#000000');
}

/** Where dark modules begin and end; side by side they are one rectangle, so that no hair shows between them. */
function darkRuns(cells: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [at, dark] of cells.entries()) {
    const last = runs.at(-1);
    if (dark && last?.[1] === at) last[1] = at + 1;
    else if (dark) runs.push([at, at + 1]);
  }
  return runs;
}
