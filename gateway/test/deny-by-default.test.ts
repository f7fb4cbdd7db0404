import { fileURLToPath } from 'node:url';
import { permissions, roles } from '@carethread/contracts/actor.ts';
import { scopes } from '@carethread/contracts/scopes.ts';
import { completeSdl } from '@carethread/service-kit/common-sdl.ts';
import { describe, expect, it } from '@jest/globals';
import {
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  print,
  valueFromASTUntyped,
} from 'graphql';
import { readSubgraphs } from '../src/compose/subgraph-files.ts';
import { secretFields } from '../src/rate-limits/secret-fields.ts';

const services = readSubgraphs(fileURLToPath(new URL('../../services', import.meta.url)));

interface RootField {
  service: string;
  where: string;
  node: FieldDefinitionNode;
  auth: Record<string, unknown> | null;
}

const rootFields: RootField[] = services.flatMap(({ name, sdl }) =>
  parse(completeSdl(sdl)).definitions.flatMap((definition) => {
    const isType =
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION;
    if (!isType || !['Query', 'Mutation'].includes(definition.name.value)) return [];
    return (definition.fields ?? []).map((node) => ({
      service: name,
      where: `${name}: ${definition.name.value}.${node.name.value}`,
      node,
      auth: argumentsOf(node.directives?.find((directive) => directive.name.value === 'auth')),
    }));
  }),
);

function argumentsOf(directive: DirectiveNode | undefined): Record<string, unknown> | null {
  if (!directive) return null;
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Open to everybody, on purpose. Whoever opens another writes it down here, and says how it is kept from being tried out. */
const openToAll = [
  'identity: Mutation.acceptInvitation',
  'identity: Mutation.beginInvitedPasskey',
  'identity: Mutation.beginOutsideSignIn',
  'identity: Mutation.beginPasskeySignIn',
  'identity: Mutation.beginRequiredEnrolment',
  'identity: Mutation.choosePassword',
  'identity: Mutation.completeRequiredEnrolment',
  'identity: Mutation.completeSignIn',
  'identity: Mutation.finishOutsideSignIn',
  'identity: Mutation.refreshSession',
  'identity: Mutation.signIn',
  'identity: Mutation.signInWithPasskey',
  'identity: Query.outsideIssuers',
  'identity: Query.shownInvitation',
  'prescriptions: Query.verifyPrescription',
];
/** Of these, what takes no secret and says nothing about anybody: it begins something, or names where one can sign in. */
const triesNothing = [
  'identity: Mutation.beginOutsideSignIn',
  'identity: Mutation.beginPasskeySignIn',
  'identity: Query.outsideIssuers',
];

describe('every root field of every service', () => {
  it('says who may call it', () => {
    expect(services.length).toBeGreaterThan(5);
    expect(rootFields.length).toBeGreaterThan(80);
    expect(rootFields.filter(({ auth }) => auth === null).map(({ where }) => where)).toEqual([]);
  });

  it('is open to everybody only where that was decided', () => {
    const open = rootFields.filter(({ auth }) => auth?.['public'] === true);
    expect(open.map(({ where }) => where).toSorted()).toEqual(openToAll);
    const uncounted = open.filter(({ node }) => !secretFields[node.name.value]);
    expect(uncounted.map(({ where }) => where).toSorted()).toEqual(triesNothing);
  });

  it('names roles, permissions and scopes that there are', () => {
    const known = new Set<string>([...roles.map((role) => role.toUpperCase()), ...permissions, ...scopes]);
    const named = rootFields.flatMap(({ where, auth }) =>
      ['roles', 'permissions', 'scopes'].flatMap((kind) =>
        textsOf(auth?.[kind]).map((name) => [where, name] as const),
      ),
    );
    expect(named.filter(([, name]) => !known.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(50);
  });
});

/** What somebody could try one after the other, by its service and the name it has in an input. */
const secret =
  /password|accessCode|refreshToken|recoveryCode|oneTimeCode|otp|\.(token|challenge|attempt|passkey)$|identity\.code$/i;
/** Takes one that somebody chooses, rather than one that has to fit. */
const chosen = ['registerUser', 'changePassword', 'registerPasskey'];

describe('the fields whose tries are counted', () => {
  it('are all those that take a secret', () => {
    const inputs = new Map(
      services.flatMap(({ sdl }) =>
        parse(completeSdl(sdl)).definitions.flatMap((definition) =>
          definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
            ? [[definition.name.value, (definition.fields ?? []).map(({ name }) => name.value)] as const]
            : [],
        ),
      ),
    );
    const taking = rootFields
      .filter(({ service, node: { arguments: args = [] } }) =>
        args.some(({ name, type }) =>
          [name.value, ...(inputs.get(print(type).replaceAll(/[[\]!]/g, '')) ?? [])].some((each) =>
            secret.test(`${service}.${each}`),
          ),
        ),
      )
      .map(({ node }) => node.name.value)
      .filter((name) => !chosen.includes(name));
    expect(taking.length).toBeGreaterThan(3);
    expect(taking.filter((name) => !secretFields[name])).toEqual([]);
  });

  it('are fields that there are', () => {
    const names = new Set(rootFields.map(({ node }) => node.name.value));
    expect(Object.keys(secretFields).filter((name) => !names.has(name))).toEqual([]);
  });
});
