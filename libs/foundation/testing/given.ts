import { type Decider, type DomainEvent, type Happened, isRefusal, type Refusal } from '@foundation/kernel';
import { happened } from './events';

/** What a decider answered. */
export interface Answer<S, E extends DomainEvent> {
  /** Exactly these events, compared by type and data. None means "already so". */
  then(...events: readonly (E | readonly E[])[]): void;
  /** Refused with this code. With `pointers`: exactly these parts are named, in any order. Gives the refusal for a closer look. */
  thenRefused(code: string, pointers?: readonly string[]): Refusal;
  /** The decided events; fails on a refusal. */
  readonly events: readonly E[];
  /** The state after the decided events. */
  readonly state: S;
}

type Past<E extends DomainEvent> = E | Happened<E>;

/**
 * Given what happened, when a command comes, then these events or a refusal:
 * `given(planDecider, [drafted]).when({ kind: 'set-goal', … }).then(goalSet.of({ … }))`.
 * Past events may be bare (they get `sampleMeta`) or from `happened(event, meta)`.
 */
export function given<C, S, E extends DomainEvent>(decider: Decider<C, S, E>, past: readonly Past<E>[] = []) {
  const fold = (state: S, events: readonly Past<E>[]) =>
    events.reduce((folded: S, event) => decider.evolve(folded, 'meta' in event ? event : happened(event)), state);
  const before = fold(decider.initial, past);
  return {
    state: before,
    when(command: C): Answer<S, E> {
      const decided = decider.decide(command, before);
      const events = (): readonly E[] => {
        if (isRefusal(decided)) throw new Error(`Refused: ${JSON.stringify(decided, null, 2)}`);
        return decided;
      };
      return {
        then: (...expected) => expect(events().map(essence)).toEqual(expected.flat().map((event) => essence(event as E))),
        thenRefused(code, pointers) {
          if (!isRefusal(decided)) throw new Error(`Not refused: ${JSON.stringify(decided, null, 2)}`);
          expect(decided.code).toBe(code);
          if (pointers) expect(decided.errors.map((part) => part.pointer).sort()).toEqual([...pointers].sort());
          return decided;
        },
        get events() {
          return events();
        },
        get state() {
          return fold(before, events());
        },
      };
    },
  };
}

/** Undefined fields count as absent: the log keeps JSON. */
function essence(event: DomainEvent): unknown {
  return JSON.parse(JSON.stringify({ type: event.type, data: event.data }));
}
