import type { StoredEvent } from '@foundation/event-store';
import { type CommandId, derivedId, type EventId, type Position } from '@foundation/kernel';

/** What an event means to a policy: something must happen because of it, or what had to has happened. */
export type Meaning = { readonly opens: string } | { readonly settles: string } | undefined;

/** "When X then Y": turns what the log says into commands and jobs. */
export interface Policy {
  /** Stable: its checkpoint is found by it. */
  readonly name: string;
  /** The events that open and settle. Sealed fields stay sealed: a policy needs ids only. */
  readonly types: readonly string[];
  meaning(event: StoredEvent): Meaning;
  /**
   * Makes it happen, or asks for it. Called again until an event settles it: after an error, a lost queue, another runner's death. So it
   * must not matter how often: a job has the id `jobIdOf(kind, cause.id)`, a command `effectIdOf(policy, cause)`.
   */
  act(cause: StoredEvent): Promise<void>;
}

/** The id of the command that a policy makes of a cause: whoever runs the policy, and however often, it is applied once. */
export const effectIdOf = (policy: Pick<Policy, 'name'>, cause: { readonly id: EventId }): CommandId =>
  derivedId<CommandId>(cause.id, `policy ${policy.name}`);

/** Where an unsettled cause stands in the log. */
export interface Cause {
  readonly stream: string;
  readonly revision: number;
}

/** How far a policy has read, and what of it is not settled. Lost, it is read from the log again: every effect is safe to repeat. */
export interface Checkpoint {
  /** A position means something in its own log only. */
  readonly logId: string;
  readonly position: Position;
  readonly open: ReadonlyMap<string, Cause>;
}

/** One process's turn at running the policies. */
export interface Turn {
  /** Aborted when another may have begun. */
  readonly lost: AbortSignal;
  load(policy: string): Promise<Checkpoint | undefined>;
  /** @throws TurnLost when another runs the policies now: what it has saved is not overwritten */
  save(policy: string, checkpoint: Checkpoint): Promise<void>;
  end(): Promise<void>;
}

/** Gives turns: one at a time in the whole cluster. */
export interface Turns {
  /** Waits for a turn; undefined when told to stop. */
  take(stop: AbortSignal): Promise<Turn | undefined>;
}

export class TurnLost extends Error {}

/** Standalone: there is nobody else. Nothing is kept: the next start reads the policies' few events again. */
export class SoleTurns implements Turns {
  async take(): Promise<Turn> {
    return { lost: new AbortController().signal, load: async () => undefined, save: async () => undefined, end: async () => undefined };
  }
}
