import type { Database } from '@carethread/service-kit/database.ts';
import type { Express } from 'express';
import { accessTokenLifeMs } from '../session.ts';

/** Longer than any access token lives, clocks that differ included. */
const sinceMs = accessTokenLifeMs + 5 * 60_000;

const recent = `SELECT ended_ids AS "endedIds", membership_ids AS "membershipIds", memberships,
    service_accounts AS "serviceAccounts" FROM sign_in.revocations($1)`;

/**
 * `GET /revocations`: sessions, delegations, emergency accesses and memberships that ended, and what memberships and
 * programs may still do that lost a right, while access tokens of before may live: for a gateway that has not heard of it.
 * Ids and names of rights only, and for the inside, like the metrics.
 */
export const revocationsRoute = (app: Express, database: Database, now: () => Date): void =>
  void app.get('/revocations', (_, response) =>
    database
      .asWorker((tx) => tx.query(recent, [new Date(now().getTime() - sinceMs)]))
      .then(
        ([revocations]) => void response.set('cache-control', 'no-store').json(revocations),
        () => void response.sendStatus(503),
      ),
  );
