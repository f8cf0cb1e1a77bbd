import type { Aggregation, Measure, MeasureKind, PromptLevel, Raw } from './measures';
import { PROMPT_LEVELS } from './measures';
import { mean, median, percent, sum } from './figures';

type MeasureOf<K extends MeasureKind> = Extract<Measure, { kind: K }>;
type RawOf<K extends MeasureKind> = Extract<Raw, { kind: K }>;

/** How much help was needed: of trials that were tried, or of the steps of a task. */
export interface PromptFigures {
  /** Trials tried or steps done at each level, right or wrong. */
  readonly counts: Readonly<Record<PromptLevel, number>>;
  /** 0..100: right at this level or with less help, of all trials tried (of all steps). */
  readonly percentAtOrBelow: Readonly<Record<PromptLevel, number>>;
}

/** The figure a chart shows, with what it rests on. */
export interface Figure {
  /** Undefined, never 0, when nothing was tried: absence of data is not a zero. */
  readonly value: number | undefined;
  /** `%`, `count`, `per minute`, `per hour`, `seconds`, `words correct per minute`, or the measure's own unit or scale. */
  readonly unit: string;
  /** Trials tried, intervals observed, steps, episodes, latencies or words attempted; 1 per sitting for counts, scores and values. */
  readonly trials: number;
  /** The window that was watched, where the measure has one. */
  readonly observedSeconds?: number;
  readonly prompts?: PromptFigures;
}

/** The value of one sitting (domain section 3). @throws TypeError when `raw` is of another kind: `checkRaw` comes first. */
export function valueOf(measure: Measure, raw: Raw): Figure {
  return pool(measure, [raw]);
}

/**
 * The value of several sittings taken as one: raw counts are summed, then computed, so that neither their order nor how they
 * were split matters. Ordinal scores give their median and stated values their mean: neither can be summed.
 * @throws TypeError when a raw is of another kind than the measure.
 */
export function pool(measure: Measure, raws: readonly Raw[]): Figure {
  switch (measure.kind) {
    case 'percent-correct':
      return percentCorrect(ofKind(measure.kind, raws));
    case 'prompted-trials':
      return promptedTrials(measure, ofKind(measure.kind, raws));
    case 'frequency':
      return frequency(measure, ofKind(measure.kind, raws));
    case 'duration':
      return duration(measure, ofKind(measure.kind, raws));
    case 'latency':
      return latency(measure, ofKind(measure.kind, raws));
    case 'interval':
      return interval(measure, ofKind(measure.kind, raws));
    case 'task-analysis':
      return taskAnalysis(ofKind(measure.kind, raws));
    case 'rubric':
      return rubric(measure, ofKind(measure.kind, raws));
    case 'oral-reading':
      return oralReading(ofKind(measure.kind, raws));
    case 'value':
      return statedValue(measure, ofKind(measure.kind, raws));
  }
}

/** The mean of the sittings' own values; sittings without a value do not count. Everything else is as in `pool`. */
export function meanOfSessions(measure: Measure, raws: readonly Raw[]): Figure {
  const values = raws.map((raw) => valueOf(measure, raw).value).filter((value) => value !== undefined);
  return { ...pool(measure, raws), value: mean(values) };
}

export type DayRule = 'pool@1' | 'mean-of-sessions@1' | 'median@1';

/** A day's value: how it came about is part of it. */
export interface DayValue extends Figure {
  /** Id and version of the rule that made one value of the day's sittings. */
  readonly rule: DayRule;
  readonly sittings: number;
}

/**
 * One value for a day, under the goal's same-day rule: 1/1 and 5/10 pool to 54.5 % and have a mean of sessions of 75 %.
 * A rubric takes the median and a stated value the mean under either rule, and says so.
 */
export function dayValue(measure: Measure, aggregation: Aggregation, raws: readonly Raw[]): DayValue {
  const rule = dayRule(measure.kind, aggregation);
  const figure = rule === 'mean-of-sessions@1' ? meanOfSessions(measure, raws) : pool(measure, raws);
  return { rule, sittings: raws.length, ...figure };
}

function dayRule(kind: MeasureKind, aggregation: Aggregation): DayRule {
  if (kind === 'rubric') return 'median@1';
  return kind === 'value' || aggregation === 'mean-of-sessions' ? 'mean-of-sessions@1' : 'pool@1';
}

function percentCorrect(raws: readonly RawOf<'percent-correct'>[]): Figure {
  const correct = sum(raws.map((raw) => raw.correct));
  const trials = correct + sum(raws.map((raw) => raw.incorrect));
  return { value: percent(correct, trials), unit: '%', trials };
}

function promptedTrials(measure: MeasureOf<'prompted-trials'>, raws: readonly RawOf<'prompted-trials'>[]): Figure {
  const tried = raws.flatMap((raw) => raw.trials).filter((trial) => trial.response !== 'no-response');
  const prompts = promptFigures(
    tried.map((trial) => trial.prompt),
    tried.filter((trial) => trial.response === 'correct').map((trial) => trial.prompt),
    tried.length,
  );
  const value = tried.length > 0 ? prompts.percentAtOrBelow[measure.countsUpTo ?? 'independent'] : undefined;
  return { value, unit: '%', trials: tried.length, prompts };
}

function taskAnalysis(raws: readonly RawOf<'task-analysis'>[]): Figure {
  const steps = raws.flatMap((raw) => raw.steps);
  const done = steps.filter((step) => step !== 'not-done');
  const prompts = promptFigures(done, done, steps.length);
  return { value: done.length > 0 ? prompts.percentAtOrBelow.independent : undefined, unit: '%', trials: steps.length, prompts };
}

function promptFigures(at: readonly PromptLevel[], right: readonly PromptLevel[], outOf: number): PromptFigures {
  const counts = levels((level) => at.filter((prompt) => prompt === level).length);
  const upTo = (level: PromptLevel) => right.filter((prompt) => PROMPT_LEVELS.indexOf(prompt) <= PROMPT_LEVELS.indexOf(level)).length;
  return { counts, percentAtOrBelow: levels((level) => percent(upTo(level), outOf) ?? 0) };
}

const levels = (figure: (level: PromptLevel) => number) =>
  Object.fromEntries(PROMPT_LEVELS.map((level) => [level, figure(level)])) as Record<PromptLevel, number>;

function frequency(measure: MeasureOf<'frequency'>, raws: readonly RawOf<'frequency'>[]): Figure {
  const count = sum(raws.map((raw) => raw.count));
  const minutes = sum(raws.map((raw) => raw.observedMinutes));
  const window = { trials: raws.length, observedSeconds: minutes * 60 };
  if (minutes === 0) return { value: undefined, unit: frequencyUnits[measure.value], ...window };
  const value = { count, 'per-minute': count / minutes, 'per-hour': (count / minutes) * 60 }[measure.value];
  return { value, unit: frequencyUnits[measure.value], ...window };
}
const frequencyUnits = { count: 'count', 'per-minute': 'per minute', 'per-hour': 'per hour' };

function duration(measure: MeasureOf<'duration'>, raws: readonly RawOf<'duration'>[]): Figure {
  const episodes = raws.flatMap((raw) => raw.episodes);
  const total = sum(episodes);
  const observedSeconds = sum(raws.map((raw) => raw.observedMinutes)) * 60;
  const basis = { trials: episodes.length, observedSeconds };
  switch (measure.value) {
    case 'total-seconds':
      return { value: observedSeconds > 0 ? total : undefined, unit: 'seconds', ...basis };
    case 'mean-seconds':
      return { value: mean(episodes), unit: 'seconds', ...basis };
    case 'percent-of-time':
      return { value: percent(total, observedSeconds), unit: '%', ...basis };
  }
}

function latency(measure: MeasureOf<'latency'>, raws: readonly RawOf<'latency'>[]): Figure {
  const latencies = raws.flatMap((raw) => raw.latencies);
  const value = measure.value === 'mean-seconds' ? mean(latencies) : median(latencies);
  return { value, unit: 'seconds', trials: latencies.length };
}

function interval(measure: MeasureOf<'interval'>, raws: readonly RawOf<'interval'>[]): Figure {
  const observed = sum(raws.map((raw) => raw.observed));
  const scored = sum(raws.map((raw) => raw.scored));
  return { value: percent(scored, observed), unit: '%', trials: observed, observedSeconds: observed * measure.intervalSeconds };
}

function rubric(measure: MeasureOf<'rubric'>, raws: readonly RawOf<'rubric'>[]): Figure {
  return { value: median(raws.map((raw) => raw.score)), unit: measure.scale, trials: raws.length };
}

function oralReading(raws: readonly RawOf<'oral-reading'>[]): Figure {
  const seconds = sum(raws.map((raw) => raw.seconds));
  const attempted = sum(raws.map((raw) => raw.attempted));
  const correct = attempted - sum(raws.map((raw) => raw.errors));
  const value = seconds > 0 ? (correct * 60) / seconds : undefined;
  return { value, unit: 'words correct per minute', trials: attempted, observedSeconds: seconds };
}

function statedValue(measure: MeasureOf<'value'>, raws: readonly RawOf<'value'>[]): Figure {
  return { value: mean(raws.map((raw) => raw.value)), unit: measure.unit, trials: raws.length };
}

function ofKind<K extends MeasureKind>(kind: K, raws: readonly Raw[]): readonly RawOf<K>[] {
  return raws.map((raw) => {
    if (raw.kind !== kind) throw new TypeError(`The goal is measured as ${kind}, not as ${raw.kind}`);
    return raw as RawOf<K>;
  });
}
