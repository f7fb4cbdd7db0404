import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import {
  CancelRefused,
  FillHandedOver,
  FillNotFulfilled,
  FillOpened,
  FillPrepared,
  LinesWritten,
  PrescriptionBlocked,
  PrescriptionCancelled,
  PrescriptionDrafted,
  PrescriptionExpired,
  PrescriptionReleased,
  PrescriptionSigned,
  ProductWithdrawalNoted,
  RescreenRequested,
} from '@carethread/contracts/events/prescriptions.ts';
import type { Id } from '@carethread/contracts/ids.ts';
import { lineStatesOf, readinessOf } from '../fill.ts';
import { currentFill, type Fact, type Prescription } from '../prescription.ts';
import { type Cause, proxyIn } from '@carethread/service-kit/cause.ts';

/** Writes what happened as events, numbered on from the last one. The prescription's row is written before. */
export function announce(tx: Tx, prescription: Prescription, facts: readonly Fact[], cause: Cause): void {
  for (const [i, fact] of facts.entries()) {
    const tell = <Data>(definition: EventDefinition<string, Data>, data: Data) =>
      emit(tx, definition, {
        aggregateId: prescription.id,
        sequence: prescription.eventNumber + i + 1,
        data: { ...data, ...proxyIn(cause) },
        actorId: cause.actorId,
        correlationId: cause.correlationId,
        traceparent: cause.traceparent,
      });
    const { id: prescriptionId, doctorId, patientId, clinicId, signature, screening } = prescription;
    const about = { prescriptionId, ticketId: currentFill(prescription)?.ticketId ?? prescription.ticketId };
    switch (fact.kind) {
      case 'drafted':
        tell(PrescriptionDrafted, { ...about, doctorId });
        break;
      case 'lines_written':
        tell(LinesWritten, {
          ...about,
          contentVersion: fact.contentVersion,
          contentHash: fact.contentHash,
          lines: fact.lines.map(({ id: lineId, productId, ingredients }) => ({
            lineId,
            productId: productId as Id<'Product'> | null,
            ingredients,
          })),
        });
        break;
      case 'signed':
        tell(PrescriptionSigned, { ...about, ...toScreen(prescription) });
        break;
      case 'rescreen_requested':
        tell(RescreenRequested, { ...about, ...toScreen(prescription) });
        break;
      case 'blocked': {
        const status = screening?.verdict?.status;
        tell(PrescriptionBlocked, {
          ...about,
          verdict: status === 'findings' ? status : 'incomplete',
          open: fact.open,
          cause: screening!.cause,
        });
        break;
      }
      case 'released':
        tell(PrescriptionReleased, {
          ...about,
          overridden: fact.overridden,
          validUntil: signature!.validUntil.toISOString(),
        });
        break;
      case 'cancelled':
      case 'expired': {
        const { kind, ...end } = fact;
        tell(kind === 'cancelled' ? PrescriptionCancelled : PrescriptionExpired, { prescriptionId, ...end });
        break;
      }
      case 'cancel_refused':
        tell(CancelRefused, { prescriptionId, ticketId: fact.ticketId, reason: 'too_late' });
        break;
      case 'withdrawal_noted': {
        const { withdrawalId, lineIds, state } = fact;
        tell(ProductWithdrawalNoted, { ...about, withdrawalId, lineIds, state });
        break;
      }
      case 'fill_opened':
        tell(FillOpened, {
          prescriptionId,
          ticketId: fact.fill.ticketId,
          fillNumber: fact.fill.number,
          patientId,
          doctorId,
          clinicId,
          pharmacyId: fact.pharmacyId,
          expiresAt: signature!.validUntil.toISOString(),
        });
        break;
      case 'not_fulfilled': {
        const { fill, fence } = fact;
        const lines = fill.lines.map(({ lineId, notDispensed }) => ({ lineId, reason: notDispensed! }));
        const { ticketId, number: fillNumber } = fill;
        tell(FillNotFulfilled, { prescriptionId, ticketId, fillNumber, lines, fence });
        break;
      }
      case 'prepared':
      case 'handed_over': {
        const { fill, fence } = fact;
        const common = {
          prescriptionId,
          ticketId: fill.ticketId,
          fillNumber: fill.number,
          lines: lineStatesOf(fill),
          fence,
        };
        if (fact.kind === 'prepared') tell(FillPrepared, { ...common, readiness: readinessOf(fill) });
        else
          tell(FillHandedOver, {
            ...common,
            dispenseId: fact.dispenseId,
            complete: fill.status === 'complete',
          });
        break;
      }
      default:
        fact satisfies never;
    }
  }
}

function toScreen({ screening }: Prescription) {
  const { contentVersion, contentHash, number, input } = screening!;
  return { contentVersion, contentHash, screeningNumber: number, screening: input };
}
