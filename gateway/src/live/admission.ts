import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { Caller } from '../sign-in/caller.ts';
import type { AskedDocument, TrustedDocuments } from '../trusted-documents/trusted-documents.ts';
import type { SubscriptionDocuments } from './subscription-documents.ts';

export interface AskedSubscription extends AskedDocument {
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Lets a subscription in, at whichever door for them: registered, within the limits, and paid for. */
export type Admission = (
  asked: AskedSubscription,
  caller: Caller,
) => Promise<{ schema: GraphQLSchema; document: DocumentNode } | readonly GraphQLError[]>;

export function createAdmission(options: {
  documents: () => SubscriptionDocuments;
  trusted: TrustedDocuments;
  rates: RateLimits;
}): Admission {
  const { documents, trusted, rates } = options;
  return async (asked, caller) => {
    try {
      // Who is signed in pays from their own budget, wherever they are.
      const asker = rates.askerOf(caller, 'socket');
      await rates.refuseSpent(asker);
      const text = trusted.textOf(asked);
      if (text === undefined) return [noDocument()];
      trusted.admit(text, caller, 'subscription');
      const accepted = documents();
      const outcome = accepted.accept(text, asked.operationName ?? null, asked.variables ?? {});
      if (!('document' in outcome)) {
        await rates.spendOnUnreadable(asker);
        return outcome;
      }
      await rates.spend(asker, outcome.objects);
      return { schema: accepted.schema, document: outcome.document };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  };
}

const noDocument = () =>
  new GraphQLError('Send a query, or the hash of a registered document.', {
    extensions: { code: 'BAD_REQUEST' },
  });
