import type { Decider, EventOf, TermId } from '@foundation/kernel';
import { type Term, termLeftRoster, termRostered } from './events';
import { alreadyListed, type Listed, unlisted } from './listed';
import { refuse } from './refusals';

export type TermCommand = { readonly kind: 'roster-term'; readonly term: Term } | { readonly kind: 'leave-roster'; readonly term: TermId };
export type TermEvent = EventOf<typeof termRostered | typeof termLeftRoster>;

/** One academic session. Refuses `term-ends-before-it-starts`: deadlines and reporting periods are counted in its days. */
export const termDecider: Decider<TermCommand, Listed<Term>, TermEvent> = {
  initial: unlisted,
  evolve: (state, event) =>
    event.type === 'schools.term-rostered' ? { content: event.data, present: true } : { ...state, present: false },
  decide(command, state) {
    if (command.kind === 'leave-roster') return state.present ? [termLeftRoster.of({ term: command.term })] : [];
    const { term } = command;
    if (term.end < term.start) {
      return refuse('term-ends-before-it-starts', 'The last day of the term is before its first day: correct one of them in the roster.', [
        { pointer: '/end', detail: 'must not be before the start' },
      ]);
    }
    return alreadyListed(state, term) ? [] : [termRostered.of(term)];
  },
};
