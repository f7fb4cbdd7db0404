import { toEnum } from '../codes.ts';
import { type Fill, lineState } from '../fill.ts';
import type { PrescriptionLineResolvers } from '../generated/graphql.ts';
import { ingredientsOf, type Line } from '../line.ts';

const inFill = (fill: Fill | null, line: Line) => fill?.lines.find(({ lineId }) => lineId === line.id);

export const PrescriptionLine: PrescriptionLineResolvers = {
  id: ({ line }) => line.id,
  product: ({ line }) => (line.productId === null ? null : { id: line.productId }),
  withdrawals: ({ line: { productId } }, _, { reads }) =>
    productId === null ? [] : reads.withdrawals.load(productId),
  text: ({ line }) => line.text,
  wording: ({ line }) => line.resolved?.wording ?? null,
  ingredients: ({ line }) => ingredientsOf(line),
  schedule: ({ line }) => line.resolved?.schedule ?? null,
  strength: ({ line }) => line.strength,
  form: ({ line }) => line.form,
  route: ({ line }) => line.route,
  dose: ({ line }) => line.dose,
  durationDays: ({ line }) => line.durationDays,
  quantity: ({ line }) => line.quantity,
  quantityUnit: ({ line }) => line.quantityUnit,
  repeats: ({ line }) => line.repeats,
  substitutionAllowed: ({ line }) => line.substitutionAllowed,
  instructions: ({ line }) => line.instructions,
  state: ({ line, fill }) => {
    const own = inFill(fill, line);
    return fill && own ? toEnum(lineState(fill, own)) : null;
  },
  handedOver: ({ line, fill }) => inFill(fill, line)?.handedOver ?? 0,
  remaining: ({ line, fill }) => {
    const own = inFill(fill, line);
    return own && fill?.status === 'open' && own.notDispensed === null ? own.quantity - own.handedOver : 0;
  },
};
