import type { Prisma } from '../generated/prisma/client.ts';

export const productParts = {
  release: true,
  form: true,
  company: true,
  ingredients: { orderBy: { position: 'asc' } },
  routes: { orderBy: { routeCode: 'asc' } },
} satisfies Prisma.ProductInclude;

/** A product of one release, with what is shown of it in a list. */
export type Product = Prisma.ProductGetPayload<{ include: typeof productParts }>;
export type ProductPart = Product['ingredients'][number];

/** `Warfarin 5 mg tablet`. */
export const productName = (product: {
  genericName: string;
  brandName: string | null;
  strength: string | null;
  form: { name: string };
}): string =>
  [product.brandName ?? product.genericName, product.strength, product.form.name].filter(Boolean).join(' ');
