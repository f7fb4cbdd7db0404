import { type ConsentKind, consentKinds } from '@carethread/contracts/events/identity.ts';
import { type Consent, consentIdOf } from '../consent.ts';
import type { ConsentDecision as Row } from '../generated/prisma/client.ts';

const longestHistory = 100;

/** All a patient decided, consent by consent, with those of which nothing was decided; `rows` by consent and number. */
export function consentsOf(patientId: string, rows: readonly Row[]): Consent[] {
  const all = new Map<string, Consent>();
  const consent = (kind: ConsentKind, organisationId: string | null) => {
    const id = consentIdOf(patientId, kind, organisationId);
    const known = all.get(id) ?? { id, patientId, kind, organisationId, history: [] };
    all.set(id, known);
    return known;
  };
  for (const kind of consentKinds) if (kind !== 'share_record') consent(kind, null);
  for (const { kind, organisationId, ...decision } of rows) {
    const { history } = consent(kind as ConsentKind, organisationId);
    history.push(decision);
    if (history.length > longestHistory) history.shift();
  }
  return [...all.values()].slice(0, 100);
}
