import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';

/** True for a value that breaks none of a field's rules; false for one that class-validator must look at. */
export type Sure = (value: unknown) => boolean;

interface Field {
  readonly sure: Sure;
  readonly optional: boolean;
}

/** By prototype of a DTO, the fields that it declares itself. */
const declared = new WeakMap<object, Map<string, Field>>();
const compiled = new WeakMap<Type, ReadonlyMap<string, Field> | undefined>();

/** Says when a field's value is surely right. Whoever declares a rule of class-validator besides says so here too, or leaves this out. */
export const surely =
  (sure: Sure, optional = false): PropertyDecorator =>
  (prototype, name) => {
    const fields = declared.get(prototype) ?? new Map<string, Field>();
    declared.set(prototype, fields.set(String(name), { sure, optional }));
  };

/**
 * The value as its class when every field is surely right; undefined when that must be looked into. Most of what tablets send is right, and
 * class-validator takes twenty times as long to find that (18 µs for an observation, this 0.7): it is asked only for what may be wrong, and for the words about it.
 */
export function quickly<T extends object>(dto: Type<T>, value: unknown): T | undefined {
  const fields = fieldsOf(dto);
  if (!fields || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const given = value as Record<string, unknown>;
  for (const name in given) if (!fields.has(name)) return undefined;
  for (const [name, { sure, optional }] of fields) {
    const one = given[name];
    if (one === undefined ? !optional : !sure(one)) return undefined;
  }
  return Object.assign(new dto(), given);
}

/** Own and inherited fields; undefined for a class with a rule that nobody said the sure case of. */
function fieldsOf(dto: Type): ReadonlyMap<string, Field> | undefined {
  if (compiled.has(dto)) return compiled.get(dto);
  const fields = new Map<string, Field>();
  for (let prototype = dto.prototype as object | null; prototype; prototype = Object.getPrototypeOf(prototype) as object | null) {
    for (const [name, field] of declared.get(prototype) ?? []) if (!fields.has(name)) fields.set(name, field);
  }
  const ruled = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const whole = fields.size > 0 && ruled.every(({ propertyName }) => fields.has(propertyName)) ? fields : undefined;
  compiled.set(dto, whole);
  return whole;
}
