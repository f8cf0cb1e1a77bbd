import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse, type ApiResponseSchemaHost } from '@nestjs/swagger';
import { type Answer, documentedSchema } from '@foundation/http';
import { List, Maybe, Shape, type Static, type TSchema, Type } from '@foundation/kernel';
import { MAX_LIMIT } from '@views/cursor';

type Scalar = string | number | boolean | null;

/** A type as JSON tells it: a field that may be left out and one that may be undefined are the same, and nothing is readonly or not. */
type Told<T> = unknown extends T
  ? 'anything'
  : T extends Scalar
    ? T
    : T extends readonly (infer I)[]
      ? readonly Told<I>[]
      : { readonly [K in keyof T]-?: undefined extends T[K] ? { maybe: Told<Exclude<T[K], undefined>> } : { always: Told<T[K]> } };

type Same<A, B> = [Told<A>] extends [Told<B>] ? ([Told<B>] extends [Told<A>] ? unknown : Differs<A, B>) : Differs<A, B>;
interface Differs<Answered, Documented> {
  readonly answered: Answered;
  readonly documented: Documented;
}

/** Plain text for ids, days and instants; everything else as the type says. */
type Example<T> = unknown extends T
  ? unknown
  : T extends string
    ? T extends object
      ? string
      : T
    : T extends Scalar
      ? T
      : T extends readonly (infer I)[]
        ? readonly Example<I>[]
        : { readonly [K in keyof T]: Example<T[K]> };

/** What a handler's answer holds: `Answer` and promises are unwrapped. */
type Body<Returned> = Awaited<Returned> extends infer R ? (R extends Answer<infer B> ? B : R) : never;

/** A part of answers, listed in the document under its name. */
export const named = <S extends TSchema>(title: string, schema: S): S => ({ ...schema, title });

/** A whole answer: its name in the document, its schema and a realistic example with invented people. */
export const answer = <S extends TSchema>(title: string, schema: S, example: Example<Static<S>>): S => ({ ...schema, title, example });

/** The same schema with a line on what it means. */
export const described = <S extends TSchema>(description: string, schema: S): S => ({ ...schema, description });

/** A schema of ours as Nest's decorators take it. */
export const documented = (schema: TSchema) => documentedSchema(schema) as ApiResponseSchemaHost['schema'];

/**
 * Documents what a handler answers, by the schema. It does not compile unless the handler returns exactly what the schema says:
 * a field that is added, dropped, renamed or becomes optional on one side only is an error here.
 */
export const Answers =
  <S extends TSchema>(schema: S, description: string, status = 200) =>
  <M extends (...inputs: never[]) => unknown>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M> & Same<Body<ReturnType<M>>, Static<S>>,
  ): void => {
    ApiResponse({ status, description, schema: documented(schema) })(target, key, descriptor);
  };

/** Problems that a handler answers beside those that follow from its guard, headers and body (openapi-problems.ts). */
export const Problems = (...statuses: readonly number[]) => applyDecorators(...statuses.map((status) => ApiResponse({ status })));

/** Of a read that answers with an ETag. */
export const Tagged = () =>
  applyDecorators(
    ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of what you have.' }),
    ApiResponse({ status: 304, description: 'It is as you have it.' }),
  );

export const Text = (description?: string) => Type.String(description === undefined ? {} : { description });
/** Revision of a stream, from 0. */
export const Revision = Type.Integer({ minimum: 0 });
export const Whole = Type.Integer({ minimum: 0 });

export const ItemsOf = <S extends TSchema>(item: S) => Shape({ items: Type.Array(item) });
export const PageOf = <S extends TSchema>(item: S) =>
  Shape({ items: List(item, MAX_LIMIT), next: Maybe(Text('Cursor of the next page; absent on the last.')) });
