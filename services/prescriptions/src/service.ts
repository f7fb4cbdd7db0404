import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph, type RequestContext } from '@carethread/service-kit/subgraph.ts';
import { claimVerifier } from './claim-token.ts';
import { type PrescriptionsConfig, rulesOf } from './config.ts';
import { expireRenewal } from './expire-renewal/expire-renewal.ts';
import { documentRoutes } from './document-routes.ts';
import { documentsFrom } from './documents.ts';
import { expirePrescription } from './expire-prescription/expire-prescription.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import type { Context } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { drawApart } from './make-document/draw-apart.ts';
import { makeDocument } from './make-document/make-document.ts';
import { createReads } from './reads.ts';
import { rescreenPatient } from './rescreen-patient/rescreen-patient.ts';
import { screeningDeadline } from './screening-deadline/screening-deadline.ts';
import { renewalHearsOfDocument } from './hear-of-document/hear-of-document.ts';
import {
  whenDelegationEnded,
  whenDelegationGranted,
} from './when-delegation-changes/when-delegation-changes.ts';
import {
  whenEmergencyAccessEnded,
  whenEmergencyAccessOpened,
} from './when-emergency-access-changes/when-emergency-access-changes.ts';
import { whenConsentDecided } from './when-record-is-shared/when-record-is-shared.ts';
import { whenLinesResolved } from './when-lines-resolved/when-lines-resolved.ts';
import {
  whenMembershipEnded,
  whenMembershipGranted,
} from './when-membership-changes/when-membership-changes.ts';
import { whenOrganisationRegistered } from './when-organisation-registered/when-organisation-registered.ts';
import {
  whenPaymentCancelled,
  whenPaymentFailed,
  whenPaymentGoesBack,
  whenPaymentIsProcessed,
  whenPaymentIsUnknown,
  whenPaymentNeedsAttention,
  whenPaymentSucceeded,
  whenPaymentWentBack,
} from './when-payment-moves/when-payment-moves.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import {
  noteWithdrawal,
  whenProductReinstated,
  whenProductWithdrawn,
} from './when-product-withdrawn/when-product-withdrawn.ts';
import { rescreenRelease, whenReleasePublished } from './when-release-published/when-release-published.ts';
import { whenScreeningCompleted } from './when-screening-completed/when-screening-completed.ts';
import { whenSessionRevoked } from './when-session-revoked/when-session-revoked.ts';
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
    ({ database, log, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const rules = rulesOf(config);
      const verifyClaim = claimVerifier(config.CLAIM_JWKS_URL);
      const reacting = { rules, now };
      const documents = documentsFrom(config);
      const { readNames, verificationAddress } = documents;
      return {
        schema: buildSubgraph(sdl, resolvers),
        audited,
        context: (request: RequestContext): Context => ({
          ...request,
          database,
          prisma,
          rules,
          now,
          verifyClaim,
          documents,
          reads: createReads(database, prisma, request.actor, now),
        }),
        events: {
          'identity.organisation.registered.v1': whenOrganisationRegistered,
          'identity.membership.granted.v1': whenMembershipGranted,
          'identity.membership.ended.v1': whenMembershipEnded,
          'identity.session.revoked.v1': whenSessionRevoked,
          'identity.delegation.granted.v1': whenDelegationGranted,
          'identity.delegation.ended.v1': whenDelegationEnded,
          'identity.consent.decided.v1': whenConsentDecided,
          'identity.emergency_access.opened.v1': whenEmergencyAccessOpened,
          'identity.emergency_access.ended.v1': whenEmergencyAccessEnded,
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged(reacting),
          'tickets.ticket.moved.v1': whenTicketMoved(reacting),
          'catalog.lines.resolved.v1': whenLinesResolved,
          'catalog.screening.completed.v1': whenScreeningCompleted(reacting),
          'catalog.release.published.v1': whenReleasePublished(reacting),
          'catalog.product.withdrawn.v1': whenProductWithdrawn(reacting),
          'catalog.product.reinstated.v1': whenProductReinstated(reacting),
          'payments.payment.processing.v1': whenPaymentIsProcessed(reacting),
          'payments.payment.unknown.v1': whenPaymentIsUnknown(reacting),
          'payments.payment.succeeded.v1': whenPaymentSucceeded(reacting),
          'payments.payment.failed.v1': whenPaymentFailed(reacting),
          'payments.payment.cancelled.v1': whenPaymentCancelled(reacting),
          'payments.payment.refunding.v1': whenPaymentGoesBack(reacting),
          'payments.payment.refunded.v1': whenPaymentWentBack(reacting),
          'payments.payment.attention_needed.v1': whenPaymentNeedsAttention(reacting),
        },
        tasks: {
          'rescreen-patient': rescreenPatient(reacting),
          'rescreen-release': rescreenRelease(reacting),
          'note-withdrawal': noteWithdrawal(reacting),
          'screening-deadline': screeningDeadline(reacting),
          'expire-prescription': expirePrescription(reacting),
          'renewal-deadline': expireRenewal(reacting),
          'renewal-document': renewalHearsOfDocument(reacting),
          'make-document': makeDocument({
            readNames,
            draw: drawApart(),
            verificationAddress,
            packs: rules.packs,
            now,
          }),
        },
        routes: documentRoutes({ database, documents, log, now }),
      };
    },
    overrides,
  );
