import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph, type RequestContext } from '@carethread/service-kit/subgraph.ts';
import { administrationReads } from './administration/read.ts';
import type { CatalogConfig } from './config.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import type { Context } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { publishRelease, publishTask, resumePublishing } from './publication/publish-task.ts';
import { readerFor } from './reading/reader.ts';
import { notingEnded } from './release/publish-release.ts';
import { currentRelease } from './release/current-release.ts';
import { pastReleases } from './release/past-releases.ts';
import {
  whenMembershipEnded,
  whenMembershipGranted,
} from './when-publishers-change/when-publishers-change.ts';
import { whenLinesWritten } from './when-lines-written/when-lines-written.ts';
import { noteEndedProducts } from './note-ended-products/note-ended-products.ts';
import { whenPrescriptionSigned } from './when-prescription-signed/when-prescription-signed.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** The catalog: drugs, clinical rules, search, and the screening of prescriptions. */
export const createCatalogService = (config: CatalogConfig, overrides: { now?: () => Date } = {}): Service =>
  createService(
    'catalog',
    config,
    ({ database, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const current = currentRelease();
      const past = pastReleases();
      const screenPrescription = whenPrescriptionSigned(current);
      return {
        schema: buildSubgraph(sdl, resolvers),
        audited,
        context: (request: RequestContext): Context => ({
          ...request,
          database,
          current,
          past,
          reader: readerFor({ database, prisma, current }, request.actor),
          administration: administrationReads(database, request.actor, now),
          now,
        }),
        prepare: () => resumePublishing(database),
        tasks: {
          [publishTask]: publishRelease(database, config.CATALOG_ADMIN_DATABASE_URL),
          [notingEnded]: noteEndedProducts(now),
        },
        events: {
          'identity.membership.granted.v1': whenMembershipGranted,
          'identity.membership.ended.v1': whenMembershipEnded,
          'prescriptions.prescription.lines_written.v1': whenLinesWritten(current),
          'prescriptions.prescription.signed.v1': screenPrescription,
          'prescriptions.prescription.rescreen_requested.v1': screenPrescription,
        },
      };
    },
    overrides,
  );
