import type { Handler } from '@carethread/bus/handlers.ts';
import { emit } from '@carethread/bus/outbox.ts';
import { LinesResolved } from '@carethread/contracts/events/catalog.ts';
import { derivedId, type ReleaseId } from '@carethread/contracts/ids.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { type CurrentRelease, NoRelease } from '../release/current-release.ts';
import { withProducts } from '../release/load-products.ts';
import type { LoadedRelease } from '../release/load-rules.ts';
import { resolveLines } from '../release/resolve-lines.ts';

/** Says what the lines of a draft are, so that it is known before the signature which of them are controlled. */
export const whenLinesWritten =
  (current: CurrentRelease): Handler<DataOf<'prescriptions.prescription.lines_written.v1'>> =>
  async (event, tx) => {
    const { prescriptionId, ticketId, contentVersion, contentHash, lines } = event.data;
    let release: LoadedRelease;
    try {
      release = await current.read(tx);
    } catch (error) {
      // A draft without an answer is a draft of which it is not known; it is asked again when it is signed.
      if (error instanceof NoRelease) return;
      throw error;
    }
    emit(tx, LinesResolved, {
      aggregateId: derivedId(prescriptionId, `lines ${event.sequence}`),
      sequence: 1,
      data: {
        prescriptionId,
        ticketId,
        contentVersion,
        contentHash,
        releaseId: release.id as ReleaseId,
        lines: resolveLines({ lines }, await withProducts(tx, release, { lines })),
      },
      correlationId: event.correlationId,
      traceparent: event.traceparent,
    });
  };
