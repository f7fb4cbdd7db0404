import type { Handler } from '@carethread/bus/handlers.ts';
import { emit } from '@carethread/bus/outbox.ts';
import { ScreeningCompleted } from '@carethread/contracts/events/catalog.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import type { CurrentRelease } from '../release/current-release.ts';
import { withProducts } from '../release/load-products.ts';
import { normalise } from '../screen/canonical.ts';
import { screen } from '../screen/screen.ts';
import { resolveLines } from '../release/resolve-lines.ts';

type Asked = DataOf<
  'prescriptions.prescription.signed.v1' | 'prescriptions.prescription.rescreen_requested.v1'
>;

const keep = `INSERT INTO operational.screening (id, prescription_id, ticket_id, screening_number, content_version,
    content_hash, release_id, status, input, verdict)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id`;

/**
 * Judges signed content, or content whose facts changed, against the release in force; keeps what was asked and what came
 * of it, and tells. One question gets one verdict: asked again under the same number, nothing happens.
 */
export const whenPrescriptionSigned =
  (current: CurrentRelease): Handler<Asked> =>
  async (event, tx) => {
    const { prescriptionId, ticketId, screeningNumber, contentVersion, contentHash, screening } = event.data;
    const release = await withProducts(tx, await current.read(tx), screening);
    const verdict = screen(screening, release);
    const screeningId = derivedId<'Screening'>(prescriptionId, `screening ${screeningNumber}`);
    const kept = await tx.query(keep, [
      screeningId,
      prescriptionId,
      ticketId,
      screeningNumber,
      contentVersion,
      contentHash,
      release.id,
      verdict.status,
      JSON.stringify(normalise(screening)),
      JSON.stringify(verdict),
    ]);
    if (kept.length === 0) return;
    emit(tx, ScreeningCompleted, {
      aggregateId: screeningId,
      sequence: 1,
      data: {
        screeningId,
        prescriptionId,
        ticketId,
        contentVersion,
        contentHash,
        screeningNumber,
        lines: resolveLines(screening, release),
        verdict,
      },
      correlationId: event.correlationId,
      traceparent: event.traceparent,
    });
  };
