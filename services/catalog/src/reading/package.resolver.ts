import { gtinOfNdc } from '../codes/gtin.ts';
import type { PackageResolvers, PriceKind, PriceResolvers } from '../generated/graphql.ts';
import { dayOf } from './package.ts';

export const packageFields: PackageResolvers = {
  codes: async (pack, _, { reader }) => {
    const codes = await reader.codesOfPackage(pack);
    // A US package's GTIN follows from its NDC, so it is not kept.
    const derived = codes
      .filter(({ system }) => system === 'NDC10')
      .map(({ value }) => ({ system: 'GTIN', value: gtinOfNdc(value) }));
    return [...codes.map(({ system, value }) => ({ system, value })), ...derived];
  },
  marketingStart: ({ marketingStart }) => dayOf(marketingStart),
  marketingEnd: ({ marketingEnd }) => dayOf(marketingEnd),
};

export const priceFields: PriceResolvers = {
  kind: ({ kind }) => kind.toUpperCase() as PriceKind,
  amountMinor: ({ amountMinor }) => (amountMinor === null ? null : Number(amountMinor)),
  percent: ({ percent }) => percent && percent.toFixed(),
  validFrom: ({ validFrom }) => dayOf(validFrom),
};
