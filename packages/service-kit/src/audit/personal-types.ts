import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';

/** How the audit names what a resolver gave for a type of the schema. */
export interface PersonalType<Row = never> {
  /** Id of what was shown; null when this row shows nothing of a person. */
  id: (row: Row) => string | null;
  /** The patient it is about, where the row knows; null where nobody is. */
  patientOf?: (row: Row) => string | null;
  /** Where the row does not know the patient: the id by which `AuditedTypes.patientIn` finds them. */
  through?: (row: Row) => string;
}

/** What each object type of a subgraph is to the audit: how it is named, or why showing it is no access of its own. */
export type TypesInAudit = Record<string, PersonalType | string>;

export interface AuditedTypes {
  types: TypesInAudit;
  /** A scalar SQL expression: the patient behind `given.through`, looked up where a row itself does not know. */
  patientIn?: string;
  /** Tables under row security whose writes are no record of their own, each with the reason. All others are watched. */
  unwatched: Record<string, string>;
}

/** Ties the type of the rows to how they are named. */
export const personal = <Row>(type: PersonalType<Row>): PersonalType => type;

/** The usual case: the row has its id, and the patient stands in a column. */
export const ofPatient = <Row extends { id: string }>(patientOf: (row: Row) => string | null): PersonalType =>
  personal<Row>({ id: ({ id }) => id, patientOf });

/** Several of them for one reason. */
export const apart = (reason: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, reason]));

const structure =
  /^(Query|Mutation|Subscription|PageInfo|UserError|_Service|__.*)$|(Connection|Edge|Payload)$/;

/** Object types of the schema that say something of their own; pages and payloads only carry such. */
export const typesThatTell = (schema: GraphQLSchema): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !structure.test(type.name),
  );
