import { type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type DomainEvent, ERASED, type EventDefinition } from '@foundation/kernel';

function erasedText(schema: TSchema, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (schema['sealed'] === true) return ERASED;
  const choices = schema['anyOf'] as TSchema[] | undefined;
  if (choices) return erasedText(choices.find((choice) => Value.Check(choice, value)) ?? ({} as TSchema), value);
  if (Array.isArray(value)) return value.map((item) => erasedText(schema['items'] as TSchema, item));
  const properties = schema['properties'] as Record<string, TSchema> | undefined;
  if (!properties) return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([key, part]) => [key, erasedText(properties[key] ?? ({} as TSchema), part)]),
  );
}

const definitionOf = (event: DomainEvent, definitions: readonly EventDefinition[]): EventDefinition => {
  const found = definitions.find(({ type }) => type === event.type);
  if (!found) throw new Error(`No definition of ${event.type}`);
  return found;
};

/** The event as it reads once its subject's key is destroyed: every sealed text is `[erased]`. */
export function erased<E extends DomainEvent>(event: E, definitions: readonly EventDefinition[]): E {
  return { ...event, data: erasedText(definitionOf(event, definitions).schema, event.data) };
}

/** What the event's schema finds wrong with its data as JSON; none means that the log would take it. */
export function schemaFaults(event: DomainEvent, definitions: readonly EventDefinition[]): string[] {
  const data: unknown = JSON.parse(JSON.stringify(event.data));
  return [...Value.Errors(definitionOf(event, definitions).schema, data)].map(({ path, message }) => `${event.type}${path}: ${message}`);
}
