import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { notFound } from '../change-prescription.ts';
import type { Context } from '../graphql/context.ts';
import { hurryDocument } from './schedule-document.ts';

const schema = z.object({ prescriptionId: idSchema<'Prescription'>() });
const find = `SELECT p.status, p.content_version AS version,
    EXISTS (SELECT 1 FROM document d WHERE d.prescription_id = p.id AND d.version = p.content_version) AS made
  FROM prescription p WHERE p.id = $1 FOR NO KEY UPDATE OF p`;

/**
 * Has the document of the version in force made now, if it is not there. However many press, and however often, one is
 * made. Whoever may press learns whether it is there and nothing else, so the worker looks.
 */
export async function pressMakeDocument(
  context: Context,
  raw: unknown,
): Promise<'MADE' | 'UNDER_WAY' | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { prescriptionId } = input;
  return context.database.asWorker(async (tx): Promise<'MADE' | 'UNDER_WAY' | Refusal> => {
    const [found] = await tx.query<{ status: string; version: number; made: boolean }>(find, [
      prescriptionId,
    ]);
    if (!found) return notFound('prescriptionId');
    if (found.made) return 'MADE';
    if (found.status !== 'released' && found.status !== 'completed')
      return refuse('ILLEGAL_MOVE', `The prescription is ${found.status}.`, { currentStatus: found.status });
    hurryDocument(tx, prescriptionId, found.version, context.now());
    return 'UNDER_WAY';
  });
}
