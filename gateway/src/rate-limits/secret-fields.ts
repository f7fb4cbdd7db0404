import {
  type DocumentNode,
  type FieldNode,
  getArgumentValues,
  getVariableValues,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

interface SecretField {
  /** Where the account is that a try is about: in the input under this name, the caller's own, or known by nobody. */
  readonly account: { input: string } | 'own' | 'unknown';
  /** Whether a try counts, by what was answered. An answer that does not show it counts as one. */
  readonly failed: (answer: object) => boolean;
}

/**
 * Root fields with which somebody could try secrets one after the other: passwords, codes, tokens. They are counted per
 * account and per network, each occurrence by itself, and only what fails.
 */
export const secretFields: Readonly<Record<string, SecretField>> = {
  signIn: { account: { input: 'email' }, failed: refusedSecret },
  refreshSession: { account: 'unknown', failed: refusedSecret },
  confirmIdentity: { account: 'own', failed: refusedSecret },
  completeSignIn: { account: 'unknown', failed: refusedSecret },
  signInWithPasskey: { account: 'unknown', failed: refusedSecret },
  finishOutsideSignIn: { account: 'unknown', failed: refusedSecret },
  beginRequiredEnrolment: { account: 'unknown', failed: refusedSecret },
  completeRequiredEnrolment: { account: 'unknown', failed: refusedSecret },
  confirmTotpEnrolment: { account: 'own', failed: refusedSecret },
  choosePassword: { account: 'unknown', failed: refusedSecret },
  // Null to whoever holds no token of one, and null is a wrong try.
  shownInvitation: { account: 'unknown', failed: () => false },
  beginInvitedPasskey: { account: 'unknown', failed: refusedSecret },
  acceptInvitation: { account: 'unknown', failed: refusedSecret },
  joinByInvitation: { account: 'own', failed: refusedSecret },
  redeemDelegation: { account: 'own', failed: refusedSecret },
  claimTicketByNumber: { account: 'own', failed: refusedSecret },
  verifyPrescription: {
    account: 'unknown',
    failed: (answer) => !('standing' in answer) || answer.standing === 'UNKNOWN',
  },
};

export interface Try {
  readonly field: string;
  /** Under which its answer stands. */
  readonly responseName: string;
  /** What it names its account by; null when it does not. */
  readonly account: string | null;
}

/** The secrets an operation tries. Variables that do not fit their types try nothing: the executor refuses them. */
export function triesIn(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  userId: string | null,
): Try[] {
  const fields = rootFields(document, operation.selectionSet).filter(({ name }) => secretFields[name.value]);
  const root = schema.getRootType(operation.operation);
  if (fields.length === 0 || !root) return [];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!coerced) return [];
  return fields.map((node) => {
    const field = node.name.value;
    const definition = root.getFields()[field];
    const args = definition ? getArgumentValues(definition, node, coerced) : {};
    return {
      field,
      responseName: (node.alias ?? node.name).value,
      account: accountOf(secretFields[field]!.account, args['input'], userId),
    };
  });
}

function accountOf(where: SecretField['account'], input: unknown, userId: string | null): string | null {
  if (where === 'own') return userId;
  if (where === 'unknown') return null;
  const named = (input as Record<string, unknown> | undefined)?.[where.input];
  return typeof named === 'string' ? named.trim().toLowerCase() : null;
}

function rootFields(document: DocumentNode, set: SelectionSetNode): FieldNode[] {
  return set.selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    if (node.kind === Kind.INLINE_FRAGMENT) return rootFields(document, node.selectionSet);
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(document, fragment.selectionSet) : [];
  });
}

/** Refusals by which a secret was found wrong. Others, such as ALREADY_HELD, say nothing against who asked. */
const wrongSecret: ReadonlySet<unknown> = new Set([
  'NOT_ALLOWED',
  'NOT_FOUND',
  'INVALID',
  'EXPIRED',
  'RATE_LIMITED',
]);

function refusedSecret(answer: object): boolean {
  if (!('userErrors' in answer) || !Array.isArray(answer.userErrors)) return true;
  return answer.userErrors.some(
    (error: { code?: unknown }) => error.code === undefined || wrongSecret.has(error.code),
  );
}

/** Whether a try was a wrong one, by the whole answer. What was skipped was not tried. */
export function isFailure(
  { field, responseName }: Try,
  data: Record<string, unknown> | null | undefined,
): boolean {
  const answer = data?.[responseName];
  if (answer === undefined) return false;
  return typeof answer !== 'object' || answer === null || secretFields[field]!.failed(answer);
}
