import type { OpenAPIObject } from '@nestjs/swagger';
import { AccommodationSchema, CriterionSchema, GoalSchema, ServiceSchema } from '@case/plans';
import { ContextSchema } from '@case/observations';
import { EntryStateSchema } from '@case/accommodations';
import { OutcomeSchema, SoapSchema } from '@case/sessions';
import { ProfileSchema } from '@case/students';
import { documentedSchema, type JsonSchema } from '@foundation/http';
import { DISCIPLINES, OneOf, ROLES, TEAM_ROLES, type TSchema, Zoned } from '@foundation/kernel';
import { MeasureSchema, PromptLevelSchema, RawSchema } from '@foundation/measurement';

/** Schemas of other rooms that the document calls by a name, wherever they stand. */
const vocabulary: Readonly<Record<string, TSchema>> = {
  Accommodation: AccommodationSchema,
  Context: ContextSchema,
  Criterion: CriterionSchema,
  Discipline: OneOf(DISCIPLINES),
  EntryState: EntryStateSchema,
  Goal: GoalSchema,
  Measure: MeasureSchema,
  Outcome: OutcomeSchema,
  Profile: ProfileSchema,
  PromptLevel: PromptLevelSchema,
  Raw: RawSchema,
  Role: OneOf(ROLES),
  Service: ServiceSchema,
  Soap: SoapSchema,
  TeamRole: OneOf(TEAM_ROLES),
  ZonedInstant: Zoned,
};

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** Values, not schemas: what stands under these keys is left as it is. */
const VALUES = ['example', 'examples', 'default', 'const', 'enum'];

/**
 * The document with every schema that has a name (its `title`, or one of the vocabulary) listed once under components and referred to
 * by `$ref`; a description of the place stays at the place. @throws TypeError when two schemas share a name.
 */
export function withComponents(document: OpenAPIObject): OpenAPIObject {
  const names = new Map(Object.entries(vocabulary).map(([name, schema]) => [JSON.stringify(documentedSchema(schema)), name]));
  const dtos = document.components?.schemas ?? {};
  const texts = new Map<string, string>();
  const listed: Record<string, unknown> = {};

  const refer = (name: string, body: JsonSchema): JsonSchema => {
    const text = JSON.stringify(body);
    const known = texts.get(name);
    if (name in dtos || (known !== undefined && known !== text)) throw new TypeError(`Two schemas are called ${name}`);
    if (known === undefined) {
      texts.set(name, text);
      listed[name] = inside(body);
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  const inside = (node: object): unknown =>
    Object.fromEntries(Object.entries(node).map(([key, value]) => [key, VALUES.includes(key) ? value : walk(value)]));
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const { title, description, ...body } = node as JsonSchema;
    const name = typeof title === 'string' ? title : names.get(JSON.stringify(body));
    return name === undefined ? inside(node) : { ...refer(name, body), ...(description !== undefined && { description }) };
  };

  const paths = walk(document.paths) as OpenAPIObject['paths'];
  const schemas = { ...(walk(dtos) as Schemas), ...(listed as Schemas) };
  return { ...document, paths, components: { ...document.components, schemas } };
}
