import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph, type RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { MessagingConfig } from './config.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import type { Context } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { beginRetention, retentionTasks } from './keep-messages/retention-tasks.ts';
import { createReads } from './reads.ts';
import { whenMedicineHandedOver } from './when-medicine-handed-over/when-medicine-handed-over.ts';
import { noteAccesses, whenAuditSealed } from './when-audit-sealed/when-audit-sealed.ts';
import { whenMembershipEnded, whenMembershipGranted } from './when-officers-change/when-officers-change.ts';
import { whenPrescriptionBlocked } from './when-prescription-blocked/when-prescription-blocked.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import { whenTicketMoved } from './when-ticket-moved/when-ticket-moved.ts';
import { whenTicketOpened } from './when-ticket-opened/when-ticket-opened.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The messaging service: threads, messages, receipts, unread counters. */
export const createMessagingService = (
  config: MessagingConfig,
  overrides: { now?: () => Date } = {},
): Service =>
  createService(
    'messaging',
    config,
    ({ database, now }) => {
      const retention = { classOf: config.RETENTION_CLASSES, days: config.RETENTION_DAYS };
      const prisma = new PrismaClient({ adapter: database.prisma });
      return {
        schema: buildSubgraph(sdl, resolvers),
        audited,
        context: (request: RequestContext): Context => ({
          ...request,
          database,
          prisma,
          now,
          editWindowMs: config.MESSAGE_EDIT_MINUTES * 60_000,
          retention,
          reads: createReads(prisma, database),
        }),
        tasks: retentionTasks(retention, now),
        prepare: () => beginRetention(database, now()),
        events: {
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged,
          'tickets.ticket.moved.v1': whenTicketMoved,
          'prescriptions.prescription.blocked.v1': whenPrescriptionBlocked,
          'prescriptions.fill.handed_over.v1': whenMedicineHandedOver,
          'identity.membership.granted.v1': whenMembershipGranted,
          'identity.membership.ended.v1': whenMembershipEnded,
          'identity.audit.sealed.v1': whenAuditSealed,
          'tickets.audit.sealed.v1': whenAuditSealed,
          'prescriptions.audit.sealed.v1': whenAuditSealed,
          'payments.audit.sealed.v1': whenAuditSealed,
          'catalog.audit.sealed.v1': whenAuditSealed,
        },
        whenSealed: noteAccesses,
      };
    },
    overrides,
  );
