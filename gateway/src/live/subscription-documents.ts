import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { ExpiringCache } from '../expiring-cache.ts';
import { costError } from '../limits/operation-cost.ts';
import { maxTokens, operationSizeRule } from '../limits/operation-size.ts';

const keepForMs = 3_600_000;
/** A longer text is checked each time: somebody could otherwise fill our memory with padded copies of one document. */
const maxKeptLength = 8_000;
const maxErrors = 5;

/**
 * Documents of subscriptions, parsed and validated once each: clients send the same few. Keeping them also keeps their
 * plans. Start anew when the schema changes.
 */
export class SubscriptionDocuments {
  readonly schema: GraphQLSchema;
  readonly #known = new ExpiringCache<DocumentNode | readonly GraphQLError[]>(500);

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** The document, or the errors to refuse it with. The same limits hold as over HTTP. */
  accept(
    query: string,
    operationName: string | null,
    variables: Record<string, unknown>,
  ): DocumentNode | readonly GraphQLError[] {
    const known = this.#known.get(query);
    const document = known ?? this.#check(query);
    if (!known && query.length <= maxKeptLength) this.#known.set(query, document, Date.now() + keepForMs);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
      return [coded('BAD_REQUEST', 'Send one subscription here; queries and mutations go over HTTP.')];
    const tooCostly = costError(this.schema, document, operation, variables);
    return tooCostly ? [tooCostly] : document;
  }

  #check(query: string): DocumentNode | readonly GraphQLError[] {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens, noLocation: true });
    } catch (error) {
      return [coded('GRAPHQL_PARSE_FAILED', (error as Error).message)];
    }
    const errors = validate(this.schema, document, [...specifiedRules, operationSizeRule], { maxErrors });
    return errors.length === 0
      ? document
      : // Suggestions of similar names would tell the schema to whoever guesses.
        errors.map(({ message }) =>
          coded('GRAPHQL_VALIDATION_FAILED', message.replace(/ ?Did you mean .+\?$/, '')),
        );
  }
}

const coded = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
