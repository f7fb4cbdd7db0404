import type { Prescription } from '../prescription.ts';
import { isKnown } from './applying.ts';
import { signingChecks } from './at-signing.ts';
import { isAnswered, proofAtSigning, unknownScheduleKey } from './at-fill.ts';
import type { Packs } from './packs.ts';

const prefix = 'control:';

/** Whether a key names a rule of a pack, which no doctor can override. */
export const isControlKey = (key: string): boolean => key.startsWith(prefix);

/** Keys of the lines of which nobody knows whether they are controlled. A doctor can answer for them. */
export const unknownSchedules = ({ lines }: Prescription): string[] =>
  lines.filter((line) => !isKnown(line)).map(({ id }) => unknownScheduleKey(id));

/**
 * What keeps signed content from its first release as far as controlled medicines go: lines nobody knows and nobody has
 * answered for, and what signing would have refused had the catalog spoken in time. For the latter only a new version
 * helps.
 */
export function openControls(prescription: Prescription, packs: Packs): string[] {
  const { signature, lines, signedSchedules } = prescription;
  if (!signature) return [];
  const asSigned = lines.map((line) =>
    line.resolved && line.id in signedSchedules
      ? { ...line, resolved: { ...line.resolved, schedule: signedSchedules[line.id]! } }
      : line,
  );
  const refused = signingChecks(asSigned, packs.named(signature.packs), proofAtSigning(prescription))
    .filter(({ code }) => code !== null)
    .map(({ kind, line }) => `${prefix}${line === null ? 'signature' : lines[line]!.id}:${kind}`);
  const unknown = lines.filter((line) => !isKnown(line) && !isAnswered(prescription, line.id));
  return [...refused, ...unknown.map(({ id }) => unknownScheduleKey(id))];
}
