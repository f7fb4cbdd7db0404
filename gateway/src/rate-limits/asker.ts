import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { clientKind } from '../sign-in/client-kind.ts';
import type { Caller } from '../sign-in/caller.ts';

/** Whose budget an operation is paid from. Keys are pseudonyms: nobody reads a person or an address out of the store. */
export interface Asker {
  readonly kind: 'app' | 'partner' | 'nobody';
  /** The person, the service account, or for nobody the network. */
  readonly key: string;
  readonly network: string;
  readonly userId: string | null;
}

export type Pseudonym = (kind: 'account' | 'network', text: string) => string;

/** The same for every gateway with this signing key, and worth nothing without it. */
export function pseudonyms(signingKey: KeyObject): Pseudonym {
  const material = signingKey.export({ type: 'pkcs8', format: 'der' });
  const secret = Buffer.from(hkdfSync('sha256', material, '', 'carethread rate limits', 32));
  return (kind, text) => `${kind}:${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function askerOf(caller: Caller | null, address: string, pseudonym: Pseudonym): Asker {
  const network = pseudonym('network', networkOf(address));
  if (!caller) return { kind: 'nobody', key: network, network, userId: null };
  // A proxy asks on behalf of others; the budget is that of who really asks.
  const userId = caller.actor.proxyId ?? caller.actor.userId;
  return { kind: clientKind(caller), key: pseudonym('account', userId), network, userId };
}

/** An IPv4 address, or the /64 of an IPv6 address: whoever has one address of it has them all. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped) || !isIPv6(mapped)) return mapped;
  const [head = '', tail = ''] = mapped.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before!.length - after!.length }, () => '0');
  const groups = [...before!, ...zeros, ...after!].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
