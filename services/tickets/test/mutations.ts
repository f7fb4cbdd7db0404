import type { Actor } from '@carethread/contracts/actor.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
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

/** Calls one of the service's mutations. */
export async function callMutation(
  tickets: TestService,
  actor: Actor,
  mutation: string,
  input: object,
): Promise<Outcome> {
  const query = mutationText(mutation, `ticket { ${ticketFields} } ${more[mutation] ?? ''}`);
  const { data, errors } = await tickets.ask(actor, query, { input });
  if (errors)
    return { ticket: null, userErrors: [], forbidden: errors[0]!.extensions?.code ?? errors[0]!.message };
  return data[mutation];
}
