import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { listDownloads } from '../download-document/list-downloads.ts';
import type { DocumentDownloadResolvers, PrescriptionDocumentResolvers } from '../generated/graphql.ts';

export const PrescriptionDocumentType: PrescriptionDocumentResolvers = {
  verificationAddress: ({ verificationCode }, _, { documents }) =>
    documents.verificationAddress(verificationCode),
  downloads: ({ id }, args, context) => listDownloads(context, signedIn(context), id, args),
};

export const DocumentDownloadType: DocumentDownloadResolvers = {
  by: ({ userId, proxyId }) => ({ id: proxyId ?? userId }),
  onBehalfOf: ({ userId, proxyId }) => (proxyId === null ? null : { id: userId }),
  actingFor: ({ organisationId }) => ({ id: organisationId }),
};
