import type { Measure, Raw } from '@foundation/measurement';
import { PROMPT_LEVELS } from '@foundation/measurement';
import type { Chance } from './random';

/** How a goal goes over the year: the share of the way from baseline to target that is reached on a day, 0…1 and beyond. */
export const TRAJECTORIES = ['rises', 'stalls', 'falls', 'noisy'] as const;
export type Trajectory = (typeof TRAJECTORIES)[number];

/** `elapsed` is the share of the year that has passed. */
export function reached(trajectory: Trajectory, elapsed: number): number {
  switch (trajectory) {
    case 'rises':
      return 1.1 * elapsed;
    case 'stalls':
      return elapsed < 0.4 ? elapsed : 0.4;
    case 'falls':
      return elapsed < 0.3 ? elapsed : 0.3 - 0.6 * (elapsed - 0.3);
    case 'noisy':
      return 0.7 * elapsed;
  }
}

const noiseOf = (trajectory: Trajectory) => (trajectory === 'noisy' ? 0.35 : 0.12);
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** One sitting's raw data for a skill of `level` (0 = nothing yet, 1 = always). */
export function sitting(measure: Measure, trajectory: Trajectory, level: number, chance: Chance): Raw {
  const skill = clamp(level + noiseOf(trajectory) * chance.noise(), 0.02, 0.98);
  switch (measure.kind) {
    case 'percent-correct': {
      const trials = chance.between(5, 12);
      const correct = hits(trials, skill, chance);
      const noResponse = chance.happens(0.2) ? 1 : 0;
      return { kind: 'percent-correct', correct, incorrect: trials - correct, noResponse };
    }
    case 'prompted-trials': {
      const trials = Array.from({ length: chance.between(5, 12) }, () => {
        const independent = chance.happens(skill);
        const help = independent ? 0 : chance.between(1, Math.max(1, Math.round((1 - skill) * (PROMPT_LEVELS.length - 1))));
        return {
          response: chance.happens(0.05) ? ('no-response' as const) : ('correct' as const),
          prompt: PROMPT_LEVELS[help] ?? 'independent',
        };
      });
      return { kind: 'prompted-trials', trials };
    }
    case 'frequency':
      return { kind: 'frequency', count: Math.round((1 - skill) * 10 + chance.next() * 2), observedMinutes: chance.pick([20, 30, 40]) };
    case 'duration': {
      const observedMinutes = 30;
      const total = Math.round(skill * observedMinutes * 60);
      const episodes = chance.between(1, 4);
      return { kind: 'duration', episodes: Array.from({ length: episodes }, () => Math.floor(total / episodes)), observedMinutes };
    }
    case 'latency':
      return {
        kind: 'latency',
        latencies: Array.from({ length: chance.between(3, 6) }, () => Math.round((1 - skill) * 60 + chance.next() * 10)),
      };
    case 'interval': {
      const observed = 20;
      return { kind: 'interval', scored: hits(observed, skill, chance), observed };
    }
    case 'task-analysis':
      return {
        kind: 'task-analysis',
        steps: Array.from({ length: measure.steps }, () =>
          chance.happens(skill) ? ('independent' as const) : chance.pick(['verbal', 'model', 'partial-physical', 'not-done'] as const),
        ),
      };
    case 'rubric':
      return {
        kind: 'rubric',
        score: clamp(Math.round(measure.lowest + skill * (measure.highest - measure.lowest)), measure.lowest, measure.highest),
      };
    case 'oral-reading': {
      const attempted = Math.round(40 + skill * 60 + chance.next() * 6);
      return { kind: 'oral-reading', attempted, errors: Math.round((1 - skill) * 8), seconds: 60 };
    }
    case 'value':
      return { kind: 'value', value: Math.round(skill * 100) / 10 };
  }
}

function hits(trials: number, probability: number, chance: Chance): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) if (chance.happens(probability)) count += 1;
  return count;
}
