import { readFileSync } from 'node:fs';
import {
  paymentEndReasons,
  paymentPurposes,
  paymentTaskKinds,
  refundReasons,
} from '@carethread/contracts/events/payments.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { describe, expect, it } from '@jest/globals';
import { type EnumTypeDefinitionNode, isObjectType, Kind, parse, print } from 'graphql';
import { cancelReasons } from '../src/cancel-payment/cancel-payment.ts';
import { paymentCancelOutcomes } from '../src/decisions/end.ts';
import { resolvers } from '../src/graphql/resolvers.ts';
import { attemptStatuses, paymentStatuses, refundStatuses } from '../src/payment.ts';
import { givenRefundReasons } from '../src/refund-payment/refund-payment.ts';
import { resolutions } from '../src/settle-task/settle-task.ts';

const sdl = readFileSync('schema.graphql', 'utf8');
const definitions = parse(sdl).definitions;
const schema = buildSubgraph(sdl, resolvers);

/** A type that another service owns, and describes: repeated here only to refer to it. */
const isReference = (type: (typeof definitions)[number]) =>
  ('name' in type && type.name?.value === 'Ticket') ||
  /resolvable: false/.test('directives' in type ? (type.directives ?? []).map(print).join() : '');

describe('the schema', () => {
  it('describes every type and every field of its own', () => {
    const silent = definitions.flatMap((type) => {
      if (!('fields' in type || type.kind === Kind.ENUM_TYPE_DEFINITION) || isReference(type)) return [];
      const members = 'fields' in type ? (type.fields ?? []) : [];
      const name = 'name' in type ? type.name.value : '';
      const isRoot = name === 'Query' || name === 'Mutation';
      return [
        ...(isRoot || ('description' in type && type.description) ? [] : [name]),
        ...members.filter(({ description }) => !description).map((field) => `${name}.${field.name.value}`),
      ];
    });
    expect(silent).toEqual([]);
  });

  it.each([
    ['PaymentStatus', paymentStatuses],
    ['PaymentPurpose', paymentPurposes],
    ['PaymentEndReason', paymentEndReasons],
    ['PaymentAttemptStatus', attemptStatuses],
    ['PaymentRefundStatus', refundStatuses],
    ['PaymentRefundReason', refundReasons],
    ['PaymentTaskKind', paymentTaskKinds],
    ['PaymentTaskResolution', resolutions],
    ['PaymentCancelReason', cancelReasons],
    ['PaymentCancelOutcome', paymentCancelOutcomes],
    ['PaymentRefundWish', givenRefundReasons],
  ])('has in %s exactly the codes the service knows', (name, codes) => {
    const type = definitions.find(
      (each): each is EnumTypeDefinitionNode =>
        each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === name,
    );
    expect(type!.values!.map(({ name: { value } }) => value).sort()).toEqual(
      codes.map((code) => code.toUpperCase()).sort(),
    );
  });

  it('has a resolver for every root field', () => {
    for (const name of ['Query', 'Mutation']) {
      const type = schema.getType(name);
      if (!isObjectType(type)) throw new Error(`${name} is missing`);
      for (const field of Object.values(type.getFields())) expect(field.resolve).toBeDefined();
    }
  });
});
