import type { MemberRow } from './rows.ts';

/** What others are told about how far a member has come. */
type Shown = Pick<MemberRow, 'principalId' | 'shownReadUpTo' | 'deliveredUpTo'>;
export type DeliveryStatus = 'SENT' | 'DELIVERED' | 'READ';

/** How far a message has come with one member. */
const statusWith = (number: number, { shownReadUpTo, deliveredUpTo }: Shown): DeliveryStatus => {
  if (shownReadUpTo >= number) return 'READ';
  return deliveredUpTo >= number ? 'DELIVERED' : 'SENT';
};

/** How far a message has come: with everybody else, or it counts as the step before. */
export function deliveryStatus(number: number, senderId: string, members: readonly Shown[]): DeliveryStatus {
  const others = members
    .filter(({ principalId }) => principalId !== senderId)
    .map((member) => statusWith(number, member));
  if (others.length === 0 || others.includes('SENT')) return 'SENT';
  return others.includes('DELIVERED') ? 'DELIVERED' : 'READ';
}

export interface Receipt {
  readonly member: MemberRow;
  readonly status: DeliveryStatus;
}

/** How far a message has come with each member but its sender. */
export const receiptsOf = (
  { number, senderId }: { number: number; senderId: string | null },
  members: readonly MemberRow[],
): Receipt[] =>
  members
    .filter(({ principalId }) => principalId !== senderId)
    .map((member) => ({ member, status: statusWith(number, member) }));
