/** How far a message has come: with everybody else, or it counts as the step before. */
export function deliveryStatus(
  number: number,
  senderId: string,
  members: readonly { principalId: string; readUpTo: number; deliveredUpTo: number }[],
): 'SENT' | 'DELIVERED' | 'READ' {
  const others = members.filter(({ principalId }) => principalId !== senderId);
  if (others.length === 0) return 'SENT';
  if (others.every(({ readUpTo }) => readUpTo >= number)) return 'READ';
  return others.every(({ deliveredUpTo }) => deliveredUpTo >= number) ? 'DELIVERED' : 'SENT';
}
