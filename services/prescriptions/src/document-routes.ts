import { randomUUID } from 'node:crypto';
import type { AccessWriter } from '@carethread/service-kit/audit/access-writer.ts';
import { RequestAudit } from '@carethread/service-kit/audit/request-audit.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { Express, Request, Response } from 'express';
import type { Documents } from './documents.ts';
import { downloadDocument } from './download-document/download-document.ts';
import { readLink } from './download-document/link.ts';
import { pagePolicy, verificationPage } from './verify-document/verification-page.ts';
import { verifyDocument } from './verify-document/verify-document.ts';

const traceparent = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What is fetched by an address rather than asked by GraphQL; the gateway passes /documents and /verify on. */
export const documentRoutes =
  (by: { database: Database; documents: Documents; log: Log; now: () => Date }) =>
  (app: Express, accesses: AccessWriter): void => {
    const { database, documents, log, now } = by;
    const answer =
      (work: (request: Request, response: Response) => Promise<void>) =>
      (request: Request, response: Response) => {
        response.set({
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        });
        return work(request, response).catch((error: unknown) => {
          log.warn({ error }, 'a document could not be answered');
          response.status(503).type('text/plain').send('Not available just now. Try again in a moment.\n');
        });
      };

    app.get('/.well-known/document-jwks.json', (_, response) => void response.json(documents.keys.keySet));
    app.get(
      '/documents/:token',
      answer(async (request, response) => {
        // Looking without taking would be on record as a download.
        if (request.method !== 'GET') return void response.status(405).set('allow', 'GET').end();
        const link = readLink(documents.keys, String(request.params['token']), now());
        const requestId = request.header('x-request-id') ?? randomUUID();
        const about = { now: now(), requestId, traceparent: traceOf(request) };
        const sent = link && (await downloadDocument(database, link, about));
        if (link) {
          const { actor, documentId } = link;
          const audit = new RequestAudit(accesses, { actor, requestId, door: 'download' });
          if (sent) audit.show('PrescriptionDocument', documentId, { patientId: sent.patientId });
          else audit.refuse('PrescriptionDocument', documentId);
          await audit.written();
        }
        if (!sent)
          return void response
            .status(404)
            .type('text/plain')
            .send('This link does not work, or no longer. Ask for a new one.\n');
        const { content, fileName } = sent;
        response
          .set('content-disposition', `attachment; filename="${fileName}"`)
          .type('application/pdf')
          .send(content);
      }),
    );
    app.get(
      '/verify/:code',
      answer(async (request, response) => {
        const verification = await verifyDocument(database, String(request.params['code']), now());
        response
          // The gateway counts how often somebody tries codes that there are not.
          .status(verification.standing === 'unknown' ? 404 : 200)
          .set('content-security-policy', pagePolicy)
          .type('html')
          .send(verificationPage(verification));
      }),
    );
  };

const traceOf = (request: Request): string | null => {
  const given = request.header('traceparent') ?? '';
  return traceparent.test(given) ? given : null;
};
