import { ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { endStatuses, legalMoves, statusMeanings } from './legal-moves.ts';

/** docs/ticket-states.md, made from the table of legal moves. */
export const stateDocs = (): string => `# Ticket states

Made from \`src/legal-moves.ts\` by \`npm run docs\`; change the table there. A move that is not listed is refused with
\`ILLEGAL_MOVE\`, and nothing is written.

${table([['status', 'meaning', 'leads to'], ...statusRows()])}

## Moves

"Who" is a party of the ticket, \`prescriptions\` (an event of the prescription it carries) or the \`clock\` (a timer).

${table([['from', 'to', 'who', 'mutation', 'kinds', 'why'], ...moveRows()])}
`;

const statusRows = () =>
  ticketStatuses.map((status) => {
    const targets = legalMoves
      .filter((move) => move.from.includes(status) && move.to !== 'same')
      .map((move) => `\`${move.to}\``);
    const leadsTo = endStatuses.includes(status) ? 'nothing, it has ended' : [...new Set(targets)].join(', ');
    return [`\`${status}\``, statusMeanings[status], leadsTo];
  });

const moveRows = () =>
  legalMoves.map((move) => {
    const kinds = move.kinds.length === 4 ? 'all' : move.kinds.join(', ');
    return [
      move.from.map((status) => `\`${status}\``).join(', '),
      move.to === 'same' ? 'the same' : `\`${move.to}\``,
      move.by.join(', '),
      move.mutation ?? '–',
      move.only ? `${kinds}; only with ${move.only}` : kinds,
      move.why,
    ];
  });

/** A Markdown table in the form our formatter gives it. */
function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(rows[0]!), line(rule), ...rows.slice(1).map(line)].join('\n');
}
