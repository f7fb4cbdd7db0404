import { readFileSync } from 'node:fs';
import { ticketKinds, ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { describe, expect, it } from '@jest/globals';
import { type EnumTypeDefinitionNode, isObjectType, Kind, parse } from 'graphql';
import { cancelOutcomes } from '../src/decisions/cancel.ts';
import { resolvers } from '../src/graphql/resolvers.ts';
import { legalMoves } from '../src/legal-moves.ts';
import { cancelReasons, declineReasons, returnReasons } from '../src/reasons.ts';

const sdl = readFileSync('schema.graphql', 'utf8');
const definitions = parse(sdl).definitions;
const schema = buildSubgraph(sdl, resolvers);

describe('the schema', () => {
  it.each([
    ['TicketStatus', ticketStatuses],
    ['TicketKind', ticketKinds],
    ['CancelReason', cancelReasons],
    ['ReturnReason', returnReasons],
    ['DeclineReason', declineReasons],
    ['CancelOutcome', cancelOutcomes],
  ])('has in %s exactly the codes the service knows', (name, codes) => {
    const type = definitions.find(
      (each): each is EnumTypeDefinitionNode =>
        each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === name,
    );
    expect(type!.values!.map(({ name: { value } }) => value)).toEqual(
      codes.map((code) => code.toUpperCase()),
    );
  });

  it('has a mutation for every move a person makes, and a resolver for every field that needs one', () => {
    const mutations = Object.keys(schema.getMutationType()!.getFields());
    const needed = legalMoves.map(({ mutation }) => mutation).filter((mutation) => mutation !== null);
    expect(mutations).toEqual(expect.arrayContaining(needed));
    for (const name of ['Query', 'Mutation']) {
      const type = schema.getType(name);
      if (!isObjectType(type)) throw new Error(`${name} is missing`);
      for (const field of Object.values(type.getFields())) expect(field.resolve).toBeDefined();
    }
  });

  it('leaves nobody’s subgraph without what it reads of a ticket', () => {
    const ticket = schema.getType('Ticket');
    if (!isObjectType(ticket)) throw new Error('Ticket is missing');
    expect(Object.keys(ticket.getFields())).toEqual(
      expect.arrayContaining(['id', 'version', 'parties', 'timelineLog', 'timeline', 'status']),
    );
  });
});
