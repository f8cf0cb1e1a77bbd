import type { Decider, EventOf, SchoolId } from '@foundation/kernel';
import { type School, schoolLeftRoster, schoolRostered } from './events';
import { alreadyListed, type Listed, unlisted } from './listed';

export type SchoolCommand =
  { readonly kind: 'roster-school'; readonly school: School } | { readonly kind: 'leave-roster'; readonly school: SchoolId };
export type SchoolEvent = EventOf<typeof schoolRostered | typeof schoolLeftRoster>;

/** One school or district: an event only when the roster states it new, changed or back after leaving. Refuses nothing. */
export const schoolDecider: Decider<SchoolCommand, Listed<School>, SchoolEvent> = {
  initial: unlisted,
  evolve: (state, event) =>
    event.type === 'schools.school-rostered' ? { content: event.data, present: true } : { ...state, present: false },
  decide(command, state) {
    if (command.kind === 'leave-roster') return state.present ? [schoolLeftRoster.of({ school: command.school })] : [];
    return alreadyListed(state, command.school) ? [] : [schoolRostered.of(command.school)];
  },
};
