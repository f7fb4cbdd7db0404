import { GraphQLError, GraphQLScalarType } from 'graphql';
import { isLocalDate } from '../calendar.ts';

const parse = (value: unknown): string => {
  if (typeof value === 'string' && isLocalDate(value)) return value;
  throw new GraphQLError('A Date is a day such as 2027-06-30.', { extensions: { code: 'BAD_USER_INPUT' } });
};

/** A day: text on both sides, because a JavaScript Date is an instant and would move it across zones. */
export const LocalDateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: parse,
  parseValue: parse,
});
