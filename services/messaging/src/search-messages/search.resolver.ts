import { badInput } from '@carethread/service-kit/bad-input.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { guessLanguage, languageOf } from '../language.ts';
import { searchPage, snippetParts } from './search-page.ts';

const longestQuery = 200;

export const searchResolvers = {
  Query: {
    searchMessages: async (_, { query, language, threadId, ...wish }, { prisma }) => {
      if (query.trim() === '' || query.length > longestQuery)
        throw badInput(`query must have 1 to ${longestQuery} characters.`);
      const page = pageOf(wish, idIn);
      const search = {
        query,
        language: language ? languageOf(language) : guessLanguage(query),
        threadId: threadId?.toLowerCase() ?? null,
      };
      return pageConnection(await searchPage(prisma, search, page), page, ({ id }) => id);
    },
  },
  SearchHit: {
    message: ({ id, kind }, _, { reads }) => (kind === 'message' ? reads.message.load(id) : null),
    note: ({ id, kind }, _, { reads }) => (kind === 'note' ? reads.note.load(id) : null),
    snippet: ({ snippet }) => snippetParts(snippet),
  },
} satisfies Resolvers;
