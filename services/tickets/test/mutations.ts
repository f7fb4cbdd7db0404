import type { Actor } from '@carethread/contracts/actor.ts';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { type Shown, ticketFields } from './shown.ts';

/** What a mutation answered; `forbidden` is the code of a top-level error. */
export interface Outcome {
  ticket: Shown | null;
  claim?: { fence: number; leaseUntil: string; token: string } | null;
  outcome?: string | null;
  userErrors: {
    code: string;
    message: string;
    path: string[];
    currentVersion: number | null;
    currentStatus: string | null;
  }[];
  forbidden?: string;
}

const more: Record<string, string> = {
  claimTicket: 'claim { fence leaseUntil token }',
  claimTicketByNumber: 'claim { fence leaseUntil token }',
  cancelTicket: 'outcome',
};

/** Calls one of the service's mutations; its input type is named after it. */
export async function callMutation(
  tickets: TestService,
  actor: Actor,
  mutation: string,
  input: object,
): Promise<Outcome> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${mutation}(input: $input) {
    ticket { ${ticketFields} } ${more[mutation] ?? ''}
    userErrors { code message path currentVersion currentStatus } } }`;
  const { data, errors } = await tickets.ask(actor, query, { input });
  if (errors)
    return { ticket: null, userErrors: [], forbidden: errors[0]!.extensions?.code ?? errors[0]!.message };
  return data[mutation];
}
