/** What a program of an organisation can be allowed to do, and what each of it is. Root fields and types name them in @auth. */
export const scopeMeanings = {
  'tickets:read': 'Reads the tickets of the organisation with their timelines.',
  'tickets:claim': 'Claims tickets and does with them what their holder does.',
  'prescriptions:read': 'Reads the prescriptions, fills and dispense records of those tickets.',
  'prescriptions:dispense': 'Prepares what is prescribed and records that it was handed over.',
  'catalog:read': 'Reads the drug catalog and asks for safety checks.',
  'directory:read':
    'Reads the names of organisations, and of people as far as the organisation may know them.',
} as const;

export type Scope = keyof typeof scopeMeanings;
export const scopes = Object.keys(scopeMeanings) as [Scope, ...Scope[]];
export const isScope = (value: string): value is Scope => Object.hasOwn(scopeMeanings, value);
