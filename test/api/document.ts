import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** A piece of the document: only tests look into it without knowing its shape. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Piece = any;

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As in the document: `/api/v1/plans/{id}`. */
  readonly path: string;
  readonly piece: Piece;
}

/** Reads an OpenAPI 3.1 document: its operations, examples, and whether something fits a schema of it. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(readonly document: Piece) {
    addFormats(this.ajv);
    this.ajv.addSchema(closed(document) as object, 'api');
  }

  operations(): Operation[] {
    return Object.entries<Piece>(this.document.paths).flatMap(([path, item]) =>
      Object.entries<Piece>(item).map(([method, piece]) => ({ method: method.toUpperCase() as Operation['method'], path, piece })),
    );
  }

  /** What is wrong with a value by the schema that stands at these keys of the document, unknown properties among it; nothing when it fits. */
  faults(value: unknown, ...keys: readonly string[]): string[] {
    const pointer = keys.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
    const check = this.compiled.get(pointer) ?? this.ajv.compile({ $ref: `api#${pointer}` });
    this.compiled.set(pointer, check);
    if (check(value)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`);
  }

  /** The schema's own example, or one put together of the examples of its parts; undefined when a part that is required has none. */
  exampleOf(schema: Piece): unknown {
    const { $ref, example, allOf, oneOf, properties, items, type, required = [] } = schema;
    if (example !== undefined) return example;
    if ($ref !== undefined) return this.exampleOf(this.at(...this.keysOf($ref)));
    if (allOf?.length === 1) return this.exampleOf(allOf[0]);
    if (oneOf) return this.exampleOf(oneOf[0]);
    if (type === 'array' && items) {
      const one = this.exampleOf(items);
      return one === undefined ? undefined : [one];
    }
    if (!properties) return undefined;
    const parts = Object.entries(properties).map(([name, part]) => [name, this.exampleOf(part)] as const);
    if (parts.some(([name, value]) => value === undefined && required.includes(name))) return undefined;
    return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
  }

  /** Every schema below these keys that has an example of its own, with the keys that lead to it. */
  withExample(node: Piece, keys: readonly string[] = []): { readonly keys: readonly string[]; readonly example: unknown }[] {
    if (typeof node !== 'object' || node === null) return [];
    const own = 'example' in node && keys.at(-1) !== 'properties' ? [{ keys, example: node.example }] : [];
    const inner = Object.entries(node).filter(([key]) => key !== 'example');
    return [...own, ...inner.flatMap(([key, value]) => this.withExample(value, [...keys, key]))];
  }

  /** The document's text of an answer: `$ref`s to components.responses are followed. */
  answerOf({ piece }: Operation, status: number | string): { readonly piece: Piece; readonly at: readonly string[] } | undefined {
    const answer = piece.responses[String(status)];
    if (!answer?.$ref) return answer && { piece: answer, at: [] };
    const at = this.keysOf(answer.$ref);
    return { piece: this.at(...at), at };
  }

  private keysOf($ref: string): string[] {
    return $ref.slice(2).split('/');
  }

  private at(...keys: readonly string[]): Piece {
    return keys.reduce((piece, key) => piece?.[key], this.document);
  }
}

/** The same document with no object open to unknown properties, but those that say they are. */
function closed(node: Piece): Piece {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === 'example' ? value : closed(value)]));
  return node.type === 'object' && node.properties && node.additionalProperties === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}
