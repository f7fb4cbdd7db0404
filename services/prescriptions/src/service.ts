import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph, type RequestContext } from '@carethread/service-kit/subgraph.ts';
import { claimVerifier } from './claim-token.ts';
import { type PrescriptionsConfig, rulesOf } from './config.ts';
import { expirePrescription } from './expire-prescription/expire-prescription.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import type { Context } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createReads } from './reads.ts';
import { rescreenPatient } from './rescreen-patient/rescreen-patient.ts';
import { screeningDeadline } from './screening-deadline/screening-deadline.ts';
import { whenLinesResolved } from './when-lines-resolved/when-lines-resolved.ts';
import {
  whenMembershipEnded,
  whenMembershipGranted,
} from './when-membership-changes/when-membership-changes.ts';
import { whenOrganisationRegistered } from './when-organisation-registered/when-organisation-registered.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import {
  noteWithdrawal,
  whenProductReinstated,
  whenProductWithdrawn,
} from './when-product-withdrawn/when-product-withdrawn.ts';
import { rescreenRelease, whenReleasePublished } from './when-release-published/when-release-published.ts';
import { whenScreeningCompleted } from './when-screening-completed/when-screening-completed.ts';
import { whenTicketMoved } from './when-ticket-moved/when-ticket-moved.ts';
import { whenTicketOpened } from './when-ticket-opened/when-ticket-opened.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The prescriptions service: content, signing, safety verdict, dispensing, refills. */
export const createPrescriptionsService = (
  config: PrescriptionsConfig,
  overrides: { now?: () => Date } = {},
): Service =>
  createService(
    'prescriptions',
    config,
    ({ database, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const rules = rulesOf(config);
      const verifyClaim = claimVerifier(config.CLAIM_JWKS_URL);
      const reacting = { rules, now };
      return {
        schema: buildSubgraph(sdl, resolvers),
        context: (request: RequestContext): Context => ({
          ...request,
          database,
          prisma,
          rules,
          now,
          verifyClaim,
          reads: createReads(database, prisma, request.actor, now),
        }),
        events: {
          'identity.organisation.registered.v1': whenOrganisationRegistered,
          'identity.membership.granted.v1': whenMembershipGranted,
          'identity.membership.ended.v1': whenMembershipEnded,
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged(reacting),
          'tickets.ticket.moved.v1': whenTicketMoved(reacting),
          'catalog.lines.resolved.v1': whenLinesResolved,
          'catalog.screening.completed.v1': whenScreeningCompleted(reacting),
          'catalog.release.published.v1': whenReleasePublished(reacting),
          'catalog.product.withdrawn.v1': whenProductWithdrawn(reacting),
          'catalog.product.reinstated.v1': whenProductReinstated(reacting),
        },
        tasks: {
          'rescreen-patient': rescreenPatient(reacting),
          'rescreen-release': rescreenRelease(reacting),
          'note-withdrawal': noteWithdrawal(reacting),
          'screening-deadline': screeningDeadline(reacting),
          'expire-prescription': expirePrescription(reacting),
        },
      };
    },
    overrides,
  );
