import { createSecretKey } from 'node:crypto';
import { DataKey, KeyRing, MasterKey, privacyEvents } from '@foundation/privacy';
import {
  type Clock,
  type CommandId,
  type Decider,
  defineEvent,
  type EventOf,
  Id,
  type Instant,
  List,
  Maybe,
  newId,
  Sealed,
  refusalsOf,
  Shape,
  type StaffId,
  type StudentId,
  Type,
} from '@foundation/kernel';
import { EventCatalogue } from './catalogue';
import { JournalCommandRunner } from './command-runner';
import type { CommandContext } from './journal';
import { LogJournal } from './log-journal';
import type { WriteGate } from './node/write-gate';
import type { EventStore } from './port';

/** Of a node whose cluster runs one release. */
export const openGate: WriteGate = { isOpen: () => true, open: () => Promise.resolve() };

/** A toy room for the tests of this one: a jar of marbles about a child, with a note that names them. */
export const marblesAdded = defineEvent({
  type: 'toy.marbles-added',
  version: 2,
  subject: 'student',
  summary: 'Marbles went into the jar.',
  schema: Shape({ student: Id<StudentId>(), count: Type.Integer({ minimum: 1 }), note: Maybe(Sealed()), said: List(Sealed()) }),
  sample: { student: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01', count: 3, note: 'Sam chose blue ones', said: ['More!'] },
  upcasts: { 1: (data: { said?: readonly string[] }) => ({ ...data, said: data.said ?? [] }) },
});
export const jarClosed = defineEvent({
  type: 'toy.jar-closed',
  version: 1,
  subject: 'student',
  summary: 'The jar takes no more.',
  schema: Shape({ student: Id<StudentId>() }),
  sample: { student: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01' },
});
export const helperNamed = defineEvent({
  type: 'toy.helper-named',
  version: 1,
  subject: 'staff',
  summary: 'A member of staff helps with the jar.',
  schema: Shape({ staff: Id<StaffId>(), name: Sealed() }),
  sample: { staff: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01', name: 'Ana Quillfeather' },
});

export type ToyEvent = EventOf<typeof marblesAdded | typeof jarClosed>;
export type ToyCommand =
  | { readonly kind: 'add'; readonly student: StudentId; readonly counts: readonly number[]; readonly note?: string }
  | { readonly kind: 'close'; readonly student: StudentId };
export interface Jar {
  readonly marbles: number;
  readonly closed: boolean;
  readonly notes: readonly string[];
}

const refuse = refusalsOf({ 'jar-closed': { kind: 'conflict', title: 'The jar is closed' } });

export const jar: Decider<ToyCommand, Jar, ToyEvent> = {
  initial: { marbles: 0, closed: false, notes: [] },
  evolve(state, event) {
    if (event.type === 'toy.jar-closed') return { ...state, closed: true };
    const { count, note } = event.data;
    return { ...state, marbles: state.marbles + count, notes: note === undefined ? state.notes : [...state.notes, note] };
  },
  decide(command, state) {
    if (command.kind === 'close') return state.closed ? [] : [jarClosed.of({ student: command.student })];
    if (state.closed) return refuse('jar-closed', 'Open another jar.');
    const { student, note } = command;
    return command.counts.map((count) => marblesAdded.of({ student, count, said: [], ...(note === undefined ? {} : { note }) }));
  },
};

export const toyCatalogue = () => new EventCatalogue([marblesAdded, jarClosed, helperNamed, ...privacyEvents]);
export const toyMasterKey = (fill = 7) => new MasterKey(createSecretKey(Buffer.alloc(32, fill)));

/** The bytes of a key that was found, to be compared. @throws Error when there is none */
export function exported(key: unknown): string {
  if (!(key instanceof DataKey)) throw new Error('No key');
  return key.bytes.toString('hex');
}

/** Everything between a log and its commands, over the given log. */
export function overLog(store: EventStore, clock: Clock, master = toyMasterKey()) {
  const keys = new KeyRing(store, master, clock);
  const journal = new LogJournal(store, toyCatalogue(), keys);
  const runner = new JournalCommandRunner(journal, keys);
  return { store, master, keys, journal, runner };
}

export function contextOf(commandId: CommandId = newId<CommandId>(), more: Partial<CommandContext> = {}): CommandContext {
  const at = '2026-03-03T14:15:00.000Z' as Instant;
  return {
    commandId,
    correlationId: commandId,
    actor: 'system',
    occurredAt: { at, offset: '-05:00', zone: 'America/New_York' },
    recordedAt: at,
    ...more,
  };
}
