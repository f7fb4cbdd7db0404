import { readFileSync } from 'node:fs';
import type { ServiceConfig } from '@carethread/service-kit/config.ts';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph, type RequestContext } from '@carethread/service-kit/subgraph.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import type { Context } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createReads } from './reads.ts';
import { whenPrescriptionBlocked } from './when-prescription-blocked/when-prescription-blocked.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import { whenTicketMoved } from './when-ticket-moved/when-ticket-moved.ts';
import { whenTicketOpened } from './when-ticket-opened/when-ticket-opened.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The messaging service: threads, messages, receipts, unread counters. */
export const createMessagingService = (
  config: ServiceConfig,
  overrides: { now?: () => Date } = {},
): Service =>
  createService(
    'messaging',
    config,
    ({ database, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      return {
        schema: buildSubgraph(sdl, resolvers),
        context: (request: RequestContext): Context => ({
          ...request,
          database,
          prisma,
          now,
          reads: createReads(prisma, database),
        }),
        events: {
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged,
          'tickets.ticket.moved.v1': whenTicketMoved,
          'prescriptions.prescription.blocked.v1': whenPrescriptionBlocked,
        },
      };
    },
    overrides,
  );
