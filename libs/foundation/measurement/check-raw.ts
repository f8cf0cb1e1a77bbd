import { TypeCompiler, type TypeCheck, type ValueError } from '@sinclair/typebox/compiler';
import type { RefusalPart, TSchema } from '@foundation/kernel';
import { type Measure, type MeasureKind, type Raw, RawSchema } from './measures';

const compiled = new Map<MeasureKind, TypeCheck<TSchema>>();
/** Compiled once per kind: this runs for every record of a school day. */
function shapeOf(kind: MeasureKind): TypeCheck<TSchema> | undefined {
  const known = compiled.get(kind);
  if (known) return known;
  const schema = RawSchema.anyOf.find((choice) => choice.properties.kind.const === kind);
  if (!schema) return undefined;
  const shape = TypeCompiler.Compile<TSchema>(schema);
  compiled.set(kind, shape);
  return shape;
}

/**
 * What is wrong with raw data of this measure. Pointers are relative to `raw` (`/correct`). Counts are whole and not negative;
 * parts never exceed their whole. Sound data may still hold nothing: see `recordsNothing`.
 */
export function checkRaw(measure: Measure, raw: Raw): readonly RefusalPart[] {
  if (raw.kind !== measure.kind) return [{ pointer: '/kind', detail: `must be "${measure.kind}": so the goal is measured` }];
  const shape = shapeOf(raw.kind);
  if (shape && !shape.Check(raw))
    return [...shape.Errors(raw)].map(({ path, ...error }) => ({ pointer: path, detail: inPlainWords(error) }));
  return [...contradictions(measure, raw)];
}

/** A sitting in which nothing was tried and nobody was asked: no data, unlike a zero seen in a window. */
export function recordsNothing(raw: Raw): boolean {
  switch (raw.kind) {
    case 'percent-correct':
      return raw.correct === 0 && raw.incorrect === 0 && raw.noResponse === 0;
    case 'prompted-trials':
      return raw.trials.length === 0;
    case 'latency':
      return raw.latencies.length === 0;
    case 'task-analysis':
      return raw.steps.every((step) => step === 'not-done');
    default:
      return false;
  }
}

function* contradictions(measure: Measure, raw: Raw): Generator<RefusalPart> {
  if (raw.kind === 'interval' && raw.scored > raw.observed) {
    yield { pointer: '/scored', detail: 'must not exceed the observed intervals' };
  }
  if (raw.kind === 'oral-reading' && raw.errors > raw.attempted) {
    yield { pointer: '/errors', detail: 'must not exceed the words attempted' };
  }
  if (raw.kind === 'duration' && raw.episodes.reduce((total, seconds) => total + seconds, 0) > raw.observedMinutes * 60 + ROUNDING) {
    yield { pointer: '/episodes', detail: 'together must not last longer than the observed minutes' };
  }
  if (measure.kind === 'task-analysis' && raw.kind === 'task-analysis' && raw.steps.length !== measure.steps) {
    yield { pointer: '/steps', detail: `must have one entry for each of the ${measure.steps} steps` };
  }
  if (measure.kind === 'rubric' && raw.kind === 'rubric' && (raw.score < measure.lowest || raw.score > measure.highest)) {
    yield { pointer: '/score', detail: `must be from ${measure.lowest} to ${measure.highest}` };
  }
}

/** Seconds: decimal minutes do not always multiply back exactly. */
const ROUNDING = 1e-6;

function inPlainWords({ schema, message }: Pick<ValueError, 'schema' | 'message'>): string {
  const values: unknown = schema['values'];
  if (Array.isArray(values)) return `must be one of: ${values.join(', ')}`;
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  if (schema.type !== 'integer') return message;
  return `must be a whole number${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`;
}
