import type { RefusalPart } from '@foundation/kernel';
import type { Measure } from '@foundation/measurement';
import type { Goal, Service } from './events';

/** The least and the greatest value a chart of this measure can show. */
function rangeOf(measure: Measure): readonly [number, number] {
  switch (measure.kind) {
    case 'percent-correct':
    case 'prompted-trials':
    case 'interval':
    case 'task-analysis':
      return [0, 100];
    case 'duration':
      return measure.value === 'percent-of-time' ? [0, 100] : [0, Infinity];
    case 'rubric':
      return [measure.lowest, measure.highest];
    case 'frequency':
    case 'latency':
    case 'oral-reading':
      return [0, Infinity];
    case 'value':
      return [-Infinity, Infinity];
  }
}

/** What contradicts itself in a goal, drafted or not; `at` is the pointer of the goal in the request. */
export function goalFaults(goal: Goal, at = ''): RefusalPart[] {
  const { measure, criterion, baseline, target } = goal;
  const faults: RefusalPart[] = [];
  const fault = (pointer: string, detail: string) => void faults.push({ pointer: at + pointer, detail });
  if (measure?.kind === 'rubric' && measure.lowest >= measure.highest) fault('/measure/highest', 'must be above the lowest score');
  else if (measure) {
    const [least, greatest] = rangeOf(measure);
    for (const [name, part] of Object.entries({ baseline, target, criterion })) {
      if (part && !(part.value >= least && part.value <= greatest)) {
        fault(`/${name}/value`, `must lie between ${least} and ${greatest} for this measure`);
      }
    }
  }
  if (criterion && criterion.times > criterion.outOf) fault('/criterion/times', 'must not be more than `outOf`');
  if (baseline && target && target.on < baseline.on) fault('/target/on', 'must not be before the day of the baseline');
  return faults;
}

/** What contradicts itself in a service line. */
export function serviceFaults({ start, end }: Service, at = ''): RefusalPart[] {
  return start !== undefined && end !== undefined && end < start ? [{ pointer: `${at}/end`, detail: 'must not be before the start' }] : [];
}
