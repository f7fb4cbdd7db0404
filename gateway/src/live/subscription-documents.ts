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
import type { Limits } from '../limits/limits.ts';
import { operationCost } from '../limits/operation-cost.ts';
import { operationSizeRule } from '../limits/operation-size.ts';
import { malformedVariables, wellFormedTextRule } from '../limits/well-formed-text.ts';

const keepForMs = 3_600_000;
/** A longer text is checked each time: somebody could otherwise fill our memory with padded copies of one document. */
const maxKeptLength = 8_000;

/**
 * Documents of subscriptions, parsed and validated once each: clients send the same few. Keeping them also keeps their
 * plans. Start anew when the schema changes.
 */
export class SubscriptionDocuments {
  readonly schema: GraphQLSchema;
  readonly #limits: Limits;
  readonly #known = new ExpiringCache<DocumentNode | readonly GraphQLError[]>(500);

  constructor(schema: GraphQLSchema, limits: Limits) {
    this.schema = schema;
    this.#limits = limits;
  }

  /** The document and how many objects an event may bring, or the errors to refuse it with. The limits are those of HTTP. */
  accept(
    query: string,
    operationName: string | null,
    variables: Record<string, unknown>,
  ): { document: DocumentNode; objects: number } | readonly GraphQLError[] {
    const known = this.#known.get(query);
    const document = known ?? this.#check(query);
    if (!known && query.length <= maxKeptLength) this.#known.set(query, document, Date.now() + keepForMs);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION)
      return [coded('BAD_REQUEST', 'Send one subscription here; queries and mutations go over HTTP.')];
    const malformed = malformedVariables(variables);
    if (malformed) return [malformed];
    const objects = operationCost(this.schema, document, operation, variables, this.#limits);
    return objects instanceof GraphQLError ? [objects] : { document, objects };
  }

  #check(query: string): DocumentNode | readonly GraphQLError[] {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: this.#limits.tokens, noLocation: true });
    } catch (error) {
      return [coded('GRAPHQL_PARSE_FAILED', (error as Error).message)];
    }
    const rules = [...specifiedRules, operationSizeRule(this.#limits), wellFormedTextRule];
    const errors = validate(this.schema, document, rules, { maxErrors: this.#limits.errors });
    return errors.length === 0
      ? document
      : // Suggestions of similar names would tell the schema to whoever guesses.
        errors.map((error) =>
          error.extensions['limit'] !== undefined
            ? error
            : coded('GRAPHQL_VALIDATION_FAILED', error.message.replace(/ ?Did you mean .+\?$/, '')),
        );
  }
}

const coded = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
