import { badInput } from '@carethread/service-kit/bad-input.ts';
import { GraphQLScalarType } from 'graphql';
import { isLocalDate } from '../calendar.ts';

const parse = (value: unknown): string => {
  if (typeof value === 'string' && isLocalDate(value)) return value;
  throw badInput('A Date is a day such as 2027-06-30.');
};

/** A day: text on both sides, because a JavaScript Date is an instant and would move it across zones. */
export const LocalDateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: parse,
  parseValue: parse,
});
