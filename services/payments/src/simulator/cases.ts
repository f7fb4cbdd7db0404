/** What the simulator does with a charge. Each is something that providers have been seen to do. */
export interface Case {
  /** What becomes of the charge at once. `nothing`: the request was lost, or refused before it was looked at. */
  readonly outcome: 'succeeded' | 'processing' | 'declined' | 'nothing';
  /** What becomes of it when the simulator is told to settle, or after a while. */
  readonly later?: 'succeeded' | 'declined';
  readonly declineCode?: string;
  /** `never`: the client waits in vain. `slow`: the answer takes longer than anybody waits. */
  readonly reply: 'now' | 'never' | 'slow' | 'after webhooks' | 500 | 429;
  /** Webhooks in the order in which they are sent; `again` is the first one, with the same id. */
  readonly webhooks: readonly ('outcome' | 'processing' | 'again')[];
}

export const cases = {
  success: { outcome: 'succeeded', reply: 'now', webhooks: ['outcome'] },
  no_webhook: { outcome: 'succeeded', reply: 'now', webhooks: [] },
  timeout_after_success: { outcome: 'succeeded', reply: 'never', webhooks: [] },
  timeout_then_webhook: { outcome: 'succeeded', reply: 'never', webhooks: ['outcome'] },
  timeout_before: { outcome: 'nothing', reply: 'never', webhooks: [] },
  late_success: { outcome: 'nothing', later: 'succeeded', reply: 'never', webhooks: [] },
  hard_decline: { outcome: 'declined', declineCode: 'lost_card', reply: 'now', webhooks: ['outcome'] },
  soft_decline: { outcome: 'declined', declineCode: 'try_again_later', reply: 'now', webhooks: ['outcome'] },
  processing: { outcome: 'processing', later: 'succeeded', reply: 'now', webhooks: ['outcome'] },
  late_decline: {
    outcome: 'processing',
    later: 'declined',
    declineCode: 'insufficient_funds',
    reply: 'now',
    webhooks: [],
  },
  webhook_first: { outcome: 'succeeded', reply: 'after webhooks', webhooks: ['outcome'] },
  webhook_twice: { outcome: 'succeeded', reply: 'now', webhooks: ['outcome', 'again'] },
  webhooks_out_of_order: { outcome: 'succeeded', reply: 'now', webhooks: ['outcome', 'processing'] },
  slow: { outcome: 'succeeded', reply: 'slow', webhooks: ['outcome'] },
  down: { outcome: 'nothing', reply: 500, webhooks: [] },
  rate_limited: { outcome: 'nothing', reply: 429, webhooks: [] },
} as const satisfies Record<string, Case>;
export type CaseName = keyof typeof cases;
export const caseNames = Object.keys(cases) as CaseName[];

const prefix = 'pm_flaky_';

/** The payment method token that makes the simulator do these things, one after the other, the last one from then on. */
export const tokenFor = (...names: [CaseName, ...CaseName[]]): string => prefix + names.join('_then_');

/**
 * What to do with the charge that comes after `earlier` others of the same payment with this token. Any token that is not
 * one of ours is a good card; `pm_flaky_random` is anything.
 */
export function caseFor(token: string, earlier: number, random: () => number): Case {
  if (token === `${prefix}random`) return cases[anyCase(random)];
  if (!token.startsWith(prefix)) return cases.success;
  const names = token.slice(prefix.length).split('_then_');
  const name = names[Math.min(earlier, names.length - 1)]!;
  return cases[caseNames.find((known) => known === name) ?? 'success'];
}

/** Half of the time all is well; the rest is shared by everything else. */
const anyCase = (random: () => number): CaseName =>
  random() < 0.5 ? 'success' : caseNames[Math.floor(random() * caseNames.length)]!;

/** What the simulator does with a refund, once, when it was told to. */
export const refundCases = [
  'success',
  'timeout_after',
  'timeout_before',
  'pending',
  'pending_then_failed',
  'refused',
] as const;
export type RefundCase = (typeof refundCases)[number];
