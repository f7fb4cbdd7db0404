import { derivedId, idSchema } from '@carethread/contracts/ids.ts';
import { Router } from 'express';
import jwt from 'jsonwebtoken';
import jwksClient, { SigningKeyNotFoundError } from 'jwks-rsa';
import { z } from 'zod';
import { requestIdOf, traceparentOf } from '../http/request-id.ts';
import { preparedText, type RunInternally } from '../live/internal-query.ts';
import { requestTimeoutMs } from '../request-context.ts';
import { callerOf } from '../sign-in/caller.ts';

const claimsSchema = z.object({
  prescriptionId: idSchema<'Prescription'>(),
  patientId: idSchema<'User'>(),
  doctorId: idSchema<'User'>(),
  clinicId: idSchema<'Organisation'>(),
  membershipId: idSchema<'Membership'>(),
});
type Wanted = z.infer<typeof claimsSchema>;

const names = `query ($patient: ID!, $doctor: ID!) {
  patient: user(id: $patient) { displayName }
  prescriber: user(id: $doctor) { displayName memberships { role licenceNumber organisation { id name city } } }
}`;
interface Answer {
  patient?: { displayName: string } | null;
  prescriber?: {
    displayName: string;
    memberships: {
      role: string;
      licenceNumber: string | null;
      organisation: { id: string; name: string; city: string };
    }[];
  } | null;
}

/**
 * What a document prints and identity knows: asked by prescriptions, which shows with a token of its own for which
 * prescription. Read as the doctor who signed, under identity's policies; nobody can ask for anything else this way.
 */
export function namesRoute(options: { keysUrl: string; run: RunInternally }): Router {
  const verify = tokenVerifier(options.keysUrl);
  return Router().post('/internal/document-names', async (request, response) => {
    const wanted = await verify(request.headers.authorization);
    if (wanted === 'refused') return void response.status(401).end();
    if (wanted === 'unavailable') return void response.status(503).end();
    const { data, errors } = await options.run(
      preparedText(names),
      { patient: wanted.patientId, doctor: wanted.doctorId },
      {
        caller: callerOf({
          userId: wanted.doctorId,
          organisationId: wanted.clinicId,
          membershipId: wanted.membershipId,
          role: 'doctor',
          permissions: [],
          // Nobody is signed in: the prescription stands for the occasion.
          sessionId: derivedId(wanted.prescriptionId, 'document'),
        }),
        requestId: requestIdOf(request),
        traceparent: traceparentOf(request),
        device: null,
        deadline: Date.now() + requestTimeoutMs,
        signal: null,
      },
    );
    if (errors) return void response.status(503).end();
    response.json(namesIn(data as Answer, wanted));
  });
}

function namesIn({ patient, prescriber }: Answer, { clinicId }: Wanted) {
  const membership = prescriber?.memberships.find(
    ({ role, organisation }) => role === 'DOCTOR' && organisation.id === clinicId,
  );
  return {
    patient: patient?.displayName ?? null,
    prescriber: prescriber?.displayName ?? null,
    licenceNumber: membership?.licenceNumber ?? null,
    clinic: membership ? { name: membership.organisation.name, city: membership.organisation.city } : null,
  };
}

function tokenVerifier(jwksUri: string) {
  const keys = jwksClient({ jwksUri, cache: true, rateLimit: true, timeout: 2_000 });
  return async (authorization: string | undefined): Promise<Wanted | 'refused' | 'unavailable'> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1] ?? '';
    const head = jwt.decode(token, { complete: true })?.header;
    if (head?.typ !== 'ct-names+jwt' || head.alg !== 'ES256') return 'refused';
    let key: string;
    try {
      key = (await keys.getSigningKey(head.kid)).getPublicKey();
    } catch (error) {
      return error instanceof SigningKeyNotFoundError ? 'refused' : 'unavailable';
    }
    try {
      const claims = jwt.verify(token, key, {
        algorithms: ['ES256'],
        issuer: 'carethread-prescriptions',
        audience: 'carethread-gateway',
        clockTolerance: 5,
      });
      const wanted = claimsSchema.safeParse(claims);
      return wanted.success ? wanted.data : 'refused';
    } catch {
      return 'refused';
    }
  };
}
