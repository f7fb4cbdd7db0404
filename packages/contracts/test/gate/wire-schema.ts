import { z } from 'zod';
import type { EventDefinition } from '../../src/define-event.ts';

/** The part of JSON Schema (2020-12) that events use. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  [keyword: string]: unknown;
}

/** What the payload of an event looks like on the wire. Unknown properties are allowed: consumers overlook them. */
export const wireSchema = ({ schema }: EventDefinition): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
