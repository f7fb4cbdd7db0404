import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { callerOf } from '@carethread/gateway/sign-in/caller.ts';
import { createInternalTokens, type InternalTokens } from '@carethread/gateway/sign-in/internal-token.ts';
import type { Platform } from '@carethread/local-stack/platform.ts';
import jwt from 'jsonwebtoken';
import type { Client, Data } from './client.ts';

export const subgraphOf = ({ processes }: Pick<Platform, 'processes'>, name: ServiceName): string =>
  `${processes[name].url}/graphql`;

/** Internal tokens as the platform's gateway mints them. */
export function internalTokens({ dataDir }: Pick<Platform, 'dataDir'>): InternalTokens {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as {
    gatewaySigningKey: string;
  };
  return createInternalTokens([createPrivateKey(secrets.gatewaySigningKey)]);
}

/** Whom the gateway would take a client for. */
export function actorOf({ accessToken }: Client): Actor {
  const claims = jwt.decode(accessToken!) as Data;
  return {
    userId: claims['sub'],
    membershipId: claims['mid'],
    organisationId: claims['org'],
    role: claims['role'],
    permissions: claims['perms'],
    sessionId: claims['sid'],
    ...(claims['act'] && { proxyId: claims['act'].sub, proxyScopes: claims['proxy'] }),
    ...(claims['delegation'] && { delegationId: claims['delegation'] }),
    ...(claims['emergency'] && { emergencyId: claims['emergency'] }),
  } as Actor;
}

export interface Reference {
  __typename: string;
  id: string;
}

/** Asks a service for entities as the gateway would for this client; null for those it does not know. */
export async function entitiesFor(
  platform: Pick<Platform, 'processes' | 'dataDir'>,
  client: Client,
  service: ServiceName,
  representations: readonly Reference[],
): Promise<(object | null)[]> {
  const response = await fetch(subgraphOf(platform, service), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${internalTokens(platform).tokenFor(callerOf(actorOf(client)), service)}`,
    },
    body: JSON.stringify({
      query: 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
      variables: { r: representations },
    }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: object[] };
  if (!data) throw new Error(`${service} answers no entities: ${JSON.stringify(errors)}`);
  return data['_entities'];
}
