import { BlockList, isIP } from 'node:net';

/** Internet addresses, as single ones and networks. */
export type AddressList = BlockList;

const network = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/;

/** Whether this is an address, or a network in CIDR notation such as 203.0.113.0/24 or 2001:db8::/32. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits] = network.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
}

/** A list of networks. Throws when one of them is none: check with `isNetwork` what comes from outside. */
export function addressList(networks: readonly string[]): AddressList {
  const list = new BlockList();
  for (const text of networks) {
    if (!isNetwork(text)) throw new Error(`${text} is no internet address or network.`);
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  return list;
}

/** Whether the address stands in the list. IPv4 in IPv6's clothes (::ffff:203.0.113.7) is taken for what it is. */
export function isListed(list: AddressList, address: string): boolean {
  const plain =
    address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}
