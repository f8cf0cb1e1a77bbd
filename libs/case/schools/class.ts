import type { ClassId, Decider, EventOf } from '@foundation/kernel';
import { classLeftRoster, classRostered, type SchoolClass } from './events';
import { alreadyListed, type Listed, unlisted } from './listed';

export type ClassCommand =
  { readonly kind: 'roster-class'; readonly class: SchoolClass } | { readonly kind: 'leave-roster'; readonly class: ClassId };
export type ClassEvent = EventOf<typeof classRostered | typeof classLeftRoster>;

/** One class: an event only when the roster states it new, changed or back after leaving. Refuses nothing. */
export const classDecider: Decider<ClassCommand, Listed<SchoolClass>, ClassEvent> = {
  initial: unlisted,
  evolve: (state, event) =>
    event.type === 'schools.class-rostered' ? { content: event.data, present: true } : { ...state, present: false },
  decide(command, state) {
    if (command.kind === 'leave-roster') return state.present ? [classLeftRoster.of({ class: command.class })] : [];
    return alreadyListed(state, command.class) ? [] : [classRostered.of(command.class)];
  },
};
