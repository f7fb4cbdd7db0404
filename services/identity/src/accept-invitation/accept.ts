import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Id, MembershipId, UserId } from '@carethread/contracts/ids.ts';
import { InvitationEnded } from '@carethread/contracts/events/identity.ts';
import { refuse, type Refusal } from '@carethread/service-kit/refusal.ts';
import type { Asking } from '../asking.ts';
import type { Standing } from '../membership.ts';
import { tellOfGranted } from '../membership-store.ts';
import { beginAgain } from '../opening.ts';
import { oneTimeTokenHash } from '../tokens/one-time-token.ts';

/** A person there was no account for. Bytes are in hexadecimal. */
export interface Newcomer {
  id: UserId;
  displayName: string;
  givenName: string | null;
  familyName: string | null;
  passwordHash?: string;
  passkey?: {
    id: string;
    credentialId: string;
    publicKey: string;
    counter: number;
    transports: string[];
    synced: boolean;
    name: string;
  };
  /** Hashes; with a passkey. */
  recoveryCodes?: string[];
}

const acceptIt =
  'SELECT outcome, invitation_id, membership, version FROM sign_in.accept_invitation($1, $2, $3)';
interface Row {
  outcome: 'accepted' | 'void' | 'has_account' | 'other_address' | 'member_already';
  invitation_id: Id<'Invitation'>;
  membership: Standing;
  /** Of the membership. */
  version: number;
}
/** An invitation is made, and ends once. */
const endNumber = 2;

/** Uses the invitation up, for a newcomer or (null) for whoever asks, and tells of the membership. */
export async function accept(
  tx: Tx,
  asking: Asking,
  token: string,
  newcomer: Newcomer | null,
): Promise<{ membershipId: MembershipId } | Refusal> {
  const values = [oneTimeTokenHash(token), asking.now(), newcomer && JSON.stringify(newcomer)];
  const [row] = await tx.query<Row>(acceptIt, values);
  const { outcome, invitation_id, membership, version } = row!;
  switch (outcome) {
    case 'void':
      return beginAgain();
    case 'has_account':
      return refuse('CONFLICT', 'There is an account for this address: sign in, and join with it.');
    case 'other_address':
      return refuse('NOT_ALLOWED', 'This invitation went to another address than that of your account.');
    case 'member_already':
      return refuse('CONFLICT', 'You have this membership already.');
    case 'accepted': {
      const { traceparent, requestId: correlationId } = asking;
      const origin = { actorId: membership.userId, correlationId, traceparent };
      tellOfGranted(tx, membership, version, origin);
      const data = { invitationId: invitation_id, accepted: true };
      emit(tx, InvitationEnded, { aggregateId: invitation_id, sequence: endNumber, data, ...origin });
      return { membershipId: membership.id };
    }
    default:
      return outcome satisfies never;
  }
}
