import { addYears, localDate } from '@foundation/calendar';
import type { Journal } from '@foundation/event-store';
import type { LocalDate, PlanId, RecordedEvent } from '@foundation/kernel';
import type { StudentsEvent } from '@case/students/events';
import type { PlanKind, PlansEvent } from '../events';
import type { OtherPlan } from '../plan';
import type { PlanPromise } from '../promise';

const TYPES = [
  'students.student-added',
  'students.demographics-rostered',
  'plans.plan-drafted',
  'plans.plan-activated',
  'plans.plan-ended',
] as const;
type Read = Extract<StudentsEvent | PlansEvent, { type: (typeof TYPES)[number] }>;

/** Whole years on a day. */
export const ageOn = (birth: LocalDate, day: LocalDate): number =>
  Number(day.slice(0, 4)) - Number(birth.slice(0, 4)) - (day.slice(5) < birth.slice(5) ? 1 : 0);

/** What activation asks of the child's other streams, from the log itself: no view, no lag. */
export async function activationFacts(
  journal: Pick<Journal, 'readStudent'>,
  promise: PlanPromise,
  meetingOn: LocalDate,
): Promise<{ readonly ageAtEnd?: number; readonly otherPlans: readonly OtherPlan[] }> {
  const events = (await journal.readStudent(promise.student, { types: TYPES })) as readonly RecordedEvent<Read>[];
  const kinds = new Map<PlanId, PlanKind>();
  const others = new Map<PlanId, OtherPlan>();
  let birth: LocalDate | undefined;
  for (const { type, data } of events) {
    switch (type) {
      case 'plans.plan-drafted':
        kinds.set(data.plan, data.kind);
        break;
      case 'plans.plan-activated':
        if (data.plan !== promise.plan && kinds.get(data.plan) === promise.kind) {
          others.set(data.plan, { plan: data.plan, effectiveFrom: data.effectiveFrom });
        }
        break;
      case 'plans.plan-ended': {
        const other = others.get(data.plan);
        if (other) others.set(data.plan, { ...other, lastDay: data.lastDay });
        break;
      }
      default:
        birth = localDate(data.birthDate ?? '') ?? birth;
    }
  }
  return { ageAtEnd: birth && ageOn(birth, addYears(meetingOn, 1)), otherPlans: [...others.values()] };
}
