import type { Actor } from '@carethread/contracts/actor.ts';
import {
  MembershipEnded,
  MembershipGranted,
  OrganisationRegistered,
} from '@carethread/contracts/events/identity.ts';
import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { TestService } from './test-service.ts';

type Hearing = Pick<TestService, 'publish'>;

/** Tells a service of an organisation as identity would. */
export const registerOrganisation = (
  service: Hearing,
  organisationId: OrganisationId,
  kind: 'clinic' | 'pharmacy',
  timeZone = 'UTC',
  jurisdiction = 'US',
): Promise<string> =>
  service.publish(OrganisationRegistered, {
    aggregateId: organisationId,
    sequence: 1,
    data: { organisationId, kind, timeZone, jurisdiction },
  });

/** Tells a service that somebody may act as this actor does; granted again after an end, it is a later event. */
export const grantMembership = (service: Hearing, actor: Actor, sequence = 1): Promise<string> =>
  service.publish(MembershipGranted, {
    aggregateId: actor.membershipId,
    sequence,
    data: membershipOf(actor),
  });

/** Tells a service that they no longer may. */
export const endMembership = (service: Hearing, actor: Actor): Promise<string> =>
  service.publish(MembershipEnded, {
    aggregateId: actor.membershipId,
    sequence: 2,
    data: membershipOf(actor),
  });

const membershipOf = ({ membershipId, userId, organisationId, role }: Actor) => ({
  membershipId,
  userId,
  organisationId,
  role,
});
