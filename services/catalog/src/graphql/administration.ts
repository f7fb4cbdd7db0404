import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { GraphQLError } from 'graphql';
import { checkChange } from '../administration/check-change.ts';
import { differenceOf } from '../administration/difference.ts';
import { discardChange } from '../discard-change/discard-change.ts';
import type {
  CatalogChangeResolvers,
  CatalogChangeStatus,
  CatalogPublicationResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/graphql.ts';
import { listChanges, listPublications, type PublicationView } from '../list-changes/read-changes.ts';
import { publishChanges } from '../publish-changes/publish-changes.ts';
import type { CatalogChangeId, PublicationId } from '../publication/publication.ts';
import { rollBackCatalog } from '../roll-back-catalog/roll-back-catalog.ts';
import { stageChange } from '../stage-change/stage-change.ts';
import { stageInputs } from '../stage-change/stage-inputs.ts';
import type { Context } from './context.ts';

const rights = ['ManageDrugCatalog', 'ManageClinicalRules', 'PublishCatalogRelease'];
/** The rows are hidden anyway; an empty list would say something else. */
function mustAdminister({ actor }: Context): void {
  if (!rights.some((right) => actor?.permissions.some((each) => each === right)))
    throw new GraphQLError(`This needs one of the rights ${rights.join(', ')}.`, {
      extensions: { code: 'FORBIDDEN' },
    });
}
const upper = <Text extends string>(text: Text) => text.toUpperCase() as Uppercase<Text>;

export const administrationQueries = {
  catalogChanges: async (_, { status, inForce, ...wish }, context) => {
    mustAdminister(context);
    const page = pageOf(wish, idIn);
    // What is in force was published, whatever state is asked for.
    const states = inForce ? ['published'] : [status.toLowerCase()];
    const rows = await context.administration.ask((tx) => listChanges(tx, states, inForce, page));
    return pageConnection(rows, page, ({ id }) => id);
  },
  catalogPublication: (_, { id }, context) => context.administration.publication.load(id),
  catalogPublications: async (_, wish, context) => {
    mustAdminister(context);
    const page = pageOf(wish, idIn);
    return pageConnection(
      await context.administration.ask((tx) => listPublications(tx, page)),
      page,
      ({ id }) => id,
    );
  },
} satisfies QueryResolvers;

const changed = async (outcome: CatalogChangeId | Refusal, { administration }: Context) =>
  payload('change', outcome instanceof Refusal ? outcome : await administration.change.load(outcome));
const begun = async (outcome: PublicationId | Refusal, { administration }: Context) =>
  payload(
    'publication',
    outcome instanceof Refusal ? outcome : await administration.publication.load(outcome),
  );

type StageName = keyof typeof stageInputs;
const stage =
  <Name extends StageName>(name: Name) =>
  async (_: unknown, { input }: { input: never }, context: Context) => {
    const fields = stageInputs[name](input, context);
    return changed(fields instanceof Refusal ? fields : await stageChange(context, input, fields), context);
  };

export const administrationMutations = {
  ...(Object.fromEntries(
    (Object.keys(stageInputs) as StageName[]).map((name) => [name, stage(name)]),
  ) as Pick<MutationResolvers, StageName>),
  discardCatalogChange: async (_, { input }, context) =>
    changed(await discardChange(context, input), context),
  publishCatalogChanges: async (_, { input }, context) =>
    begun(await publishChanges(context, input), context),
  rollBackCatalog: async (_, { input }, context) => begun(await rollBackCatalog(context, input), context),
} satisfies MutationResolvers;

export const changeFields: CatalogChangeResolvers = {
  kind: ({ change }) => upper(change.kind),
  content: ({ change }) => change,
  status: ({ status }): CatalogChangeStatus => upper(status),
  stagedBy: ({ stagedBy }) => ({ id: stagedBy }),
  publication: ({ publicationId }, _, { administration }) =>
    publicationId && administration.publication.load(publicationId),
  leftOut: ({ problem }) => problem,
  problems: async (view, _, { administration }) =>
    view.status === 'staged'
      ? checkChange(view.change, await administration.facts.load(view)).map(({ path, message }) => ({
          path: [...path],
          message,
        }))
      : [],
  difference: async (view, _, { administration }) =>
    view.status === 'staged' ? differenceOf(view.change, await administration.facts.load(view)) : [],
};

export const publicationFields: CatalogPublicationResolvers = {
  kind: ({ kind }: PublicationView) => upper(kind),
  status: ({ status }) => upper(status),
  requestedBy: ({ requestedBy }) => ({ id: requestedBy }),
  releaseNumber: ({ published }) => published,
};
