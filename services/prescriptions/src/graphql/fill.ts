import { toEnum } from '../codes.ts';
import { type FillLine as FillLineState, lineState, preparedOf, readinessOf } from '../fill.ts';
import type {
  DispenseItemResolvers,
  DispenseResolvers,
  FillLineResolvers,
  FillResolvers,
  PreparationResolvers,
  ProductSubstitutionResolvers,
} from '../generated/graphql.ts';
import type { Context } from './context.ts';
import { isAbout, productGiven } from '../withdrawal/withdrawal.ts';
import type { FillView } from './views.ts';

/** A fill with its prescription, as the person who asks may see it. */
export async function fillView(id: string, { reads }: Context): Promise<FillView | null> {
  const found = await reads.fill.load(id);
  const prescription = found && (await reads.prescription.load(found.prescriptionId));
  const fill = prescription?.fills.find((each) => each.id === found?.id);
  return prescription && fill ? { prescription, fill } : null;
}

export const FillType: FillResolvers = {
  __resolveReference: ({ id }, context) => fillView(id, context),
  id: ({ fill }) => fill.id,
  number: ({ fill }) => fill.number,
  prescription: ({ prescription }) => prescription,
  ticket: ({ fill }) => ({ id: fill.ticketId }),
  status: ({ fill }) => toEnum(fill.status),
  version: ({ fill }) => fill.version,
  readiness: ({ fill }) => toEnum(readinessOf(fill)),
  lines: ({ prescription, fill }) => fill.lines.map((line) => ({ prescription, fill, line })),
  preparations: ({ prescription, fill }) =>
    fill.preparations.map((ready) => ({
      ...ready,
      productId: productGiven(
        prescription.lines.find(({ id }) => id === ready.lineId),
        ready,
      ),
    })),
  dispenses: async ({ prescription, fill }, _, { reads }) =>
    (await reads.dispenses.load(prescription.id)).filter(({ fillId }) => fillId === fill.id),
  openedAt: ({ fill }) => fill.openedAt,
};

const remaining = ({ fill, line }: FillView & { line: FillLineState }) =>
  fill.status === 'open' && line.notDispensed === null ? line.quantity - line.handedOver : 0;

export const FillLine: FillLineResolvers = {
  line: ({ prescription, fill, line: { lineId } }) => {
    const line = prescription.lines.find(({ id }) => id === lineId);
    return line ? { line, fill } : null;
  },
  state: ({ fill, line }) => toEnum(lineState(fill, line)),
  quantity: ({ line }) => line.quantity,
  prepared: ({ fill, line }) => preparedOf(fill, line.lineId),
  handedOver: ({ line }) => line.handedOver,
  remaining,
  partReason: ({ line }) => line.partReason && toEnum(line.partReason),
  notDispensedReason: ({ line }) => line.notDispensed && toEnum(line.notDispensed),
};

export const PreparationType: PreparationResolvers = {
  preparedBy: ({ preparedBy }) => ({ id: preparedBy }),
  withdrawals: async ({ productId, lot }, _, { reads }) =>
    productId === null
      ? []
      : (await reads.withdrawals.load(productId)).filter((each) => isAbout(each, { productId, lot })),
};

export const ProductSubstitution: ProductSubstitutionResolvers = {
  product: ({ productId }) => productId && { id: productId },
  type: ({ type }) => toEnum(type),
  reason: ({ reason }) => toEnum(reason),
};

export const DispenseType: DispenseResolvers = {
  __resolveReference: ({ id }, { reads }) => reads.dispense.load(id),
  ticket: ({ ticketId }) => ({ id: ticketId }),
  pharmacy: ({ pharmacyId }) => ({ id: pharmacyId }),
  patient: ({ patientId }) => ({ id: patientId }),
  handedOverBy: ({ handedOverBy }) => ({ id: handedOverBy }),
  collectedBy: ({ collectedBy }) => collectedBy && { id: collectedBy },
};

export const DispenseItem: DispenseItemResolvers = {
  preparedBy: ({ preparedBy }) => ({ id: preparedBy }),
};
