import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { isUuid, type TSchema, UUID_PATTERN } from '@foundation/kernel';
import { localDate } from '@foundation/calendar';
import { TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { RefusalPart } from '@foundation/kernel';
import { documentedSchema } from './json-schema';
import { type Sure, surely } from './quick';

/** One decorator per kind of field: its rule and its place in the OpenAPI document cannot drift apart. */
export interface FieldOptions {
  /** Leave the field out to say nothing; `null` is refused. */
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

function field(
  options: FieldOptions,
  schema: ApiPropertyOptions,
  sure: Sure | undefined,
  ...rules: PropertyDecorator[]
): PropertyDecorator {
  const { optional = false, description, example } = options;
  const documented = { ...schema, required: !optional, ...(description && { description }), ...(example !== undefined && { example }) };
  const presence = optional
    ? ValidateIf((_: object, value: unknown) => value !== undefined)
    : IsDefined({ message: 'This field is required.' });
  const quick = sure ? [surely(sure, optional)] : [];
  return applyDecorators(ApiProperty(documented as ApiPropertyOptions), presence, ...quick, ...rules);
}

const isDay: Sure = (value) => typeof value === 'string' && localDate(value) !== undefined;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
/** Of surrogates and variation selectors class-validator has a way of counting of its own: it may count them. */
const PLAIN_TEXT = new RegExp('^[^\\uFE0E-\\uFE0F\\uD800-\\uDFFF]+$');
const SOME_LETTER = /\S/;
const isPlainText = (value: unknown, max: number, some = SOME_LETTER): boolean =>
  typeof value === 'string' && value.length <= max && some.test(value) && PLAIN_TEXT.test(value);

export const IdField = (options: FieldOptions = {}) =>
  field(
    { example: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d01', ...options },
    { type: String, format: 'uuid' },
    isUuid,
    Matches(new RegExp(UUID_PATTERN), { message: 'Send a lower-case UUID.' }),
  );

export const IdsField = (options: FieldOptions & { readonly max?: number } = {}) =>
  field(
    { example: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03'], ...options },
    { type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: options.max ?? 40 },
    (value) => Array.isArray(value) && value.length <= (options.max ?? 40) && value.every(isUuid),
    IsArray({ message: 'Send a list of ids.' }),
    ArrayMaxSize(options.max ?? 40),
    Matches(new RegExp(UUID_PATTERN), { each: true, message: 'Send lower-case UUIDs.' }),
  );

/** `blanks`: may be of blanks alone, as a search that is being typed, or a note that must not hold up what it stands beside. */
export const TextField = (max: number, { blanks = false, ...options }: FieldOptions & { readonly blanks?: boolean } = {}) => {
  const some = blanks ? /[^]/ : SOME_LETTER;
  return field(
    options,
    { type: String, minLength: 1, maxLength: max },
    (value) => isPlainText(value, max, some),
    IsString({ message: 'Send text.' }),
    Matches(some, { message: 'Send more than blanks, or leave the field out.' }),
    MaxLength(max, { message: `Send at most ${max} characters.` }),
  );
};

export const TextsField = (max: number, items: number, options: FieldOptions = {}) =>
  field(
    options,
    { type: [String], maxItems: items },
    (value) => Array.isArray(value) && value.length <= items && value.every((one) => isPlainText(one, max)),
    IsArray({ message: 'Send a list of texts.' }),
    ArrayMaxSize(items, { message: `Send at most ${items} entries.` }),
    IsString({ each: true, message: 'Send texts.' }),
    Matches(SOME_LETTER, { each: true, message: 'Leave empty entries out.' }),
    MaxLength(max, { each: true, message: `Send at most ${max} characters each.` }),
  );

export const DayField = (options: FieldOptions = {}) =>
  field(
    { example: '2026-03-03', ...options },
    { type: String, format: 'date' },
    isDay,
    ValidateBy({
      name: 'day',
      validator: {
        validate: isDay,
        defaultMessage: () => 'Send a day of the calendar, such as 2026-03-03.',
      },
    }),
  );

/** A time on the wall with its offset; the edge reads it in a zone (`zonedInstant`). */
export const TimeField = (options: FieldOptions = {}) =>
  field(
    { example: '2026-03-03T09:15:00-05:00', ...options },
    { type: String, format: 'date-time' },
    (value) => typeof value === 'string' && TIME.test(value),
    Matches(TIME, {
      message: 'Send a time with its offset, such as 2026-03-03T09:15:00-05:00.',
    }),
  );

export const WholeField = (min: number, max: number, options: FieldOptions = {}) =>
  field(
    options,
    { type: 'integer', minimum: min, maximum: max },
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    IsInt({ message: 'Send a whole number.' }),
    Min(min, { message: `Send ${min} or more.` }),
    Max(max, { message: `Send at most ${max}.` }),
  );

export const NumberField = (options: FieldOptions = {}) =>
  field(options, { type: Number }, Number.isFinite, IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'Send a number.' }));

export const FlagField = (options: FieldOptions = {}) =>
  field(
    { example: true, ...options },
    { type: Boolean },
    (value) => typeof value === 'boolean',
    IsBoolean({ message: 'Send true or false.' }),
  );

export const ChoiceField = (values: readonly string[], options: FieldOptions = {}) =>
  field(
    { example: values[0], ...options },
    { type: String, enum: [...values] },
    (value) => values.includes(value as string),
    IsIn(values, { message: `Send one of ${values.join(', ')}.` }),
  );

/** Nest follows a function to a class only when its name is `type`: hence `type: () => dto()`. */
export const PartField = (dto: () => Class, options: FieldOptions = {}) =>
  field(options, { type: () => dto() }, undefined, IsObject({ message: 'Send one object.' }), ValidateNested(), Type(dto));

export const PartsField = (dto: () => Class, max: number, options: FieldOptions = {}) =>
  field(
    options,
    { type: () => dto(), isArray: true, maxItems: max },
    undefined,
    IsArray({ message: 'Send a list of objects.' }),
    ArrayMaxSize(max, { message: `Send at most ${max} at once.` }),
    IsObject({ each: true, message: 'Send objects.' }),
    ValidateNested({ each: true }),
    Type(dto),
  );

/** The same schema that the event keeps the value by: what a caller may send is what the record can hold. */
export const ShapedField = (schema: TSchema, options: FieldOptions = {}) => {
  const check = checkerOf(schema);
  return field(
    options,
    // Nest takes `required` of an object for that of the field: within `allOf` it stays the object's.
    { allOf: [documentedSchema(schema)] },
    (value) => check(value).length === 0,
    ValidateBy({
      name: SHAPED,
      validator: {
        validate: (value) => check(value).length === 0,
        // class-validator carries one text per rule: the parts travel in it as JSON.
        defaultMessage: (given) => JSON.stringify(check(given?.value)),
      },
    }),
  );
};
export const SHAPED = 'shaped';

type Checker = (value: unknown) => readonly RefusalPart[];

/** For a union told apart by `kind`, the errors are those of the named member, not of all of them. */
function checkerOf(schema: TSchema): Checker {
  const members = schema.anyOf as TSchema[] | undefined;
  if (!members) {
    const compiled = TypeCompiler.Compile(schema);
    return (value) =>
      compiled.Check(value)
        ? []
        : [...compiled.Errors(value)].map(({ path, message, type, schema: at }) => ({ pointer: path, detail: remedy(type, message, at) }));
  }
  const byKind = new Map(members.flatMap((member) => kindsOf(member).map((kind) => [kind, checkerOf(member)] as const)));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ pointer: '', detail: 'Send one object.' }];
    const check = byKind.get(String((value as { kind?: unknown }).kind));
    return check?.(value) ?? [{ pointer: '/kind', detail: `Send one of ${[...byKind.keys()].join(', ')}.` }];
  };
}

function kindsOf(member: TSchema): readonly string[] {
  const { kind } = member.properties as Record<string, TSchema>;
  return kind?.const === undefined ? ((kind?.values as string[] | undefined) ?? []) : [String(kind.const)];
}

function remedy(type: ValueErrorType, message: string, schema: TSchema): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) return 'This field is not known here: leave it out.';
  if (type === ValueErrorType.ObjectRequiredProperty) return 'This field is required.';
  if (type === ValueErrorType.StringPattern && Array.isArray(schema.values)) return `Send one of ${schema.values.join(', ')}.`;
  return `${message}.`;
}
