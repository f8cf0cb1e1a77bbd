import { type Static, type TSchema, type TString, Type } from '@sinclair/typebox';
import { type Branded, UUID_PATTERN } from './ids';
import type { Instant, LocalDate, ZonedInstant } from './time';

/** A branded UUID. */
export const Id = <T extends Branded<string, string>>() => Type.Unsafe<T>(Type.String({ pattern: UUID_PATTERN }));
/** `YYYY-MM-DD`. Whether the day exists is the calendar's question, asked at the border. */
export const Day = Type.Unsafe<LocalDate>(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }));
export const At = Type.Unsafe<Instant>(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }));
export const Zoned = Type.Unsafe<ZonedInstant>(
  Type.Object({ at: At, offset: Type.String({ pattern: '^[+-]\\d{2}:\\d{2}$' }), zone: Type.String({ maxLength: 64 }) }),
);
/** Personal text: encrypted with its subject's key before it reaches the log, `[erased]` once that key is destroyed. */
export const Sealed = (maxLength = 4000): TString => Type.String({ maxLength, sealed: true });
/** Clear text that names no person (titles of schools, units, codes). */
export const Text = (maxLength = 200): TString => Type.String({ minLength: 1, maxLength });
export const Count = Type.Integer({ minimum: 0, maximum: 100_000 });
export const OneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  Type.Unsafe<T[number]>(Type.String({ pattern: `^(${values.join('|')})$`, values }));
export const List = <S extends TSchema>(item: S, maxItems = 500) => Type.Array(item, { maxItems });
/** An object that takes no other property. */
export const Shape = <P extends Record<string, TSchema>>(properties: P) => Type.Object(properties, { additionalProperties: false });
export const Maybe = <S extends TSchema>(schema: S) => Type.Optional(schema);
export const Either = <S extends TSchema[]>(schemas: [...S]) => Type.Union(schemas);
export { Type };
export type { Static, TSchema };

/** What a sealed text reads as once its subject's key is destroyed. */
export const ERASED = '[erased]';
