import type { Medicine } from './page-content.ts';
import type { Piece, Sheet } from './sheet.ts';
import { styles } from './styles.ts';

const gap = 16;
const padding = 9;
/** Between the paragraphs of a cell. */
const leading = 2.5;
const titles = ['Medicine and directions', 'Quantity', 'Repeats'] as const;

/** The table of medicines. A row is never divided between pages; the titles of the columns stand on each. */
export function drawMedicines(sheet: Sheet, medicines: readonly Medicine[]): void {
  const { doc, root, left, width } = sheet;
  const widths = [width - 104 - 50 - 2 * gap, 104, 50] as const;
  const columns = [
    [left, widths[0]],
    [left + widths[0] + gap, widths[1]],
    [left + widths[0] + widths[1] + 2 * gap, widths[2]],
  ] as const;
  const rows = medicines.map((medicine, i) => cellsOf(medicine, i + 1));
  const heights = rows.map((cells) =>
    Math.max(...cells.map((cell, i) => sheet.heightOf(cell, widths[i]!, leading))),
  );

  sheet.keepTogether(44 + (heights[0] ?? 0) + 2 * padding);
  sheet.y = sheet.write(root, 'H2', { style: styles.heading, text: 'Medicines' }, left, sheet.y, width) + 8;
  const table = doc.struct('Table');
  root.add(table);
  const head = doc.struct('TR');
  table.add(head);
  for (const [i, [x, w]] of columns.entries()) {
    const cell = doc.struct('TH', { scope: 'Column' } as object, () =>
      doc
        .font(styles.label.font)
        .fontSize(styles.label.size)
        .fillColor(styles.label.colour)
        .text(titles[i]!, x, sheet.y, { width: w }),
    );
    head.add(cell);
  }
  head.end();
  sheet.y += 13;
  sheet.rule(sheet.y, 1);

  for (const [r, cells] of rows.entries()) {
    const height = heights[r]! + 2 * padding;
    if (sheet.keepTogether(height)) repeatTitles(sheet, columns);
    const row = doc.struct('TR');
    table.add(row);
    const elements = columns.map(() => doc.struct('TD'));
    for (const element of elements) row.add(element);
    // What is longer than a page flows over to the next one, line by line; what stands beside it is written before.
    const isLong = sheet.y + height > sheet.bottom;
    const top = sheet.y + padding;
    for (const i of isLong ? [1, 2, 0] : [0, 1, 2]) {
      const [x, w] = columns[i]!;
      const end = sheet.writeAll(elements[i]!, cells[i]!, x, top, w, leading);
      if (isLong && i === 0) sheet.y = end + padding;
    }
    row.end();
    if (!isLong) sheet.y += height;
    sheet.rule(sheet.y);
  }
  table.end();
  sheet.y += 20;
}

/** On a further page; a screen reader has read them. */
function repeatTitles(sheet: Sheet, columns: readonly (readonly [number, number])[]): void {
  for (const [i, [x, w]] of columns.entries())
    sheet.furniture({ style: styles.label, text: titles[i]! }, x, sheet.y, w, 'left');
  sheet.y += 13;
  sheet.rule(sheet.y, 1);
}

function cellsOf(medicine: Medicine, number: number): Piece[][] {
  const { name, details, directions, instructions, substitution, quantity, repeats } = medicine;
  const first: (Piece | null)[] = [
    { style: styles.medicine, text: `${number}.  ${name}` },
    details === null ? null : { style: styles.detail, text: details },
    directions === null ? null : { style: styles.body, text: directions },
    instructions === null ? null : { style: styles.body, text: instructions },
    { style: styles.small, text: substitution },
  ];
  return [
    first.filter((piece) => piece !== null),
    [{ style: styles.body, text: quantity }],
    [{ style: styles.body, text: repeats }],
  ];
}
