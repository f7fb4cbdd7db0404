import type { Purpose } from '@carethread/contracts/events/audit.ts';
import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { AccessAnswer, AccessPurpose, RecordDeed, Resolvers, Role } from '../generated/graphql.ts';
import { type AccessReference, organisation, user } from '../graphql/references.ts';
import { type ByWhom, sentenceOf } from '../record-access.ts';
import { placeIn, placeText, recordAccesses } from './list-record-accesses.ts';

const deeds: Record<string, RecordDeed> = { C: 'CREATED', R: 'READ', U: 'CHANGED', D: 'DELETED' };
const purposes: Record<Purpose, AccessPurpose> = {
  TREAT: 'TREATMENT',
  PATRQT: 'PATIENT_REQUEST',
  HPAYMT: 'PAYMENT',
  HOPERAT: 'OPERATIONS',
  ETREAT: 'EMERGENCY',
};

export const recordAccessResolvers = {
  Query: {
    myRecordAccesses: async (_, { includeOwn, includeSystem, ...wish }, context) => {
      const page = pageOf(wish, placeIn);
      const by: ByWhom[] = [
        'person',
        ...(includeOwn ? ['self' as const] : []),
        ...(includeSystem ? ['system' as const] : []),
      ];
      const rows = await recordAccesses(context.prisma, signedIn(context).userId, by, page);
      return pageConnection(rows, page, placeText);
    },
  },
  RecordAccess: {
    // With it come the names that `sentence` asked the gateway for.
    __resolveReference: async (reference: AccessReference, { reads }) => {
      const access = await reads.recordAccess.load(reference.id);
      return access && { ...access, names: reference };
    },
    byWhom: ({ byWhom }) => byWhom.toUpperCase() as 'PERSON',
    reader: ({ userId }) => (userId === null ? null : user(userId)),
    proxy: ({ proxyId }) => (proxyId === null ? null : user(proxyId)),
    organisation: ({ organisationId }) => (organisationId === null ? null : organisation(organisationId)),
    role: ({ role }) => (role?.toUpperCase() as Role | undefined) ?? null,
    deed: ({ action }) => deeds[action]!,
    purpose: ({ purpose }) => purposes[purpose as Purpose],
    emergency: ({ purpose }) => purpose === 'ETREAT',
    sentence: ({ names, ...access }) =>
      sentenceOf(access, {
        reader: names?.reader?.displayName ?? null,
        proxy: names?.proxy?.displayName ?? null,
        organisation: names?.organisation?.name ?? null,
      }),
    answer: async ({ id }, _, { reads }) =>
      ((await reads.questionOfAccess.load(id))?.answer?.toUpperCase() as AccessAnswer | undefined) ?? null,
    question: async ({ id }, _, { reads }) => {
      const question = await reads.questionOfAccess.load(id);
      return question && reads.threadOfTicket.load(question.ticketId);
    },
  },
} satisfies Resolvers;
