import { At, Day, type TSchema, UUID_PATTERN } from '@foundation/kernel';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema of ours may hold, beside keywords that need no translation. */
interface Keywords {
  readonly sealed?: boolean;
  readonly values?: readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: boolean | TSchema;
  readonly items?: TSchema;
  readonly anyOf?: readonly TSchema[];
  readonly [keyword: string]: unknown;
}

const formats = new Map([
  [UUID_PATTERN, 'uuid'],
  [String(Day.pattern), 'date'],
  [String(At.pattern), 'date-time'],
]);

/** A schema of ours as OpenAPI 3.1 takes it: house keywords out, choices as `enum`, patterns that have a usual name as `format`. */
export function documentedSchema(schema: TSchema): JsonSchema {
  const { sealed: _, values, pattern, properties, additionalProperties, items, anyOf, ...rest }: Keywords = schema;
  return {
    ...(JSON.parse(JSON.stringify(rest)) as JsonSchema),
    ...(values ? { enum: values } : pattern !== undefined && textOf(pattern)),
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, documentedSchema(one)])) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: typeof additionalProperties === 'boolean' ? additionalProperties : documentedSchema(additionalProperties),
    }),
    ...(items && { items: documentedSchema(items) }),
    ...(anyOf && { anyOf: anyOf.map(documentedSchema) }),
  };
}

function textOf(pattern: string): JsonSchema {
  const format = formats.get(pattern);
  return format === undefined ? { pattern } : { format };
}
