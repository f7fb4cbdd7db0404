/**
 * Writes what is derived from a service's schema.graphql and prisma/schema.prisma into src/generated (not in git):
 * resolver types and the Prisma client. Run in the service's folder.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';
import { completeSdl } from './common-sdl.ts';

const requireHere = createRequire(`${process.cwd()}/package.json`);
mkdirSync('src/generated', { recursive: true });

if (existsSync('schema.graphql')) {
  const mappers = settings('mappers');
  const text = await codegen({
    filename: 'src/generated/graphql.ts',
    schema: parse(completeSdl(readFileSync('schema.graphql', 'utf8'))),
    documents: [],
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      contextType: '../graphql/context.ts#Context',
      mappers,
      strictScalars: true,
      defaultScalarType: 'unknown',
      scalars: {
        ID: { input: 'string', output: 'string' },
        DateTime: 'Date',
        _FieldSet: 'string',
        ...settings('scalars'),
      },
      resolversNonOptionalTypename: { interfaceImplementingType: true, unionMember: true },
      maybeValue: 'T | null | undefined',
      inputMaybeValue: 'T | null | undefined',
    },
  });
  writeFileSync('src/generated/graphql.ts', text);
}
if (existsSync('prisma/schema.prisma')) {
  const prisma = requireHere.resolve('prisma/build/index.js');
  execFileSync(process.execPath, [prisma, 'generate', '--schema', 'prisma/schema.prisma'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // The client needs no schema engine; naming one keeps the command line from downloading it.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
}

/** `src/graphql/<name>.json`: GraphQL names to TypeScript types, for types (mappers) and scalars of the service's own. */
function settings(name: string): Record<string, string> {
  const file = `src/graphql/${name}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
