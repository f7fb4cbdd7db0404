import type { Prisma } from '../generated/prisma/client.ts';

export const packageParts = { prices: { orderBy: { kind: 'asc' } } } satisfies Prisma.PackageInclude;

/** A package of one release with what it costs. */
export type Package = Prisma.PackageGetPayload<{ include: typeof packageParts }>;
export type Price = Package['prices'][number];

/** A day without a time, as an ISO date. */
export const dayOf = (day: Date | null): string | null => day && day.toISOString().slice(0, 10);
