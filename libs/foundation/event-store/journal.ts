import type {
  ActorId,
  CommandId,
  Decider,
  DomainEvent,
  Instant,
  NewEvent,
  Position,
  RecordedEvent,
  StaffId,
  StudentId,
  ZonedInstant,
} from '@foundation/kernel';
import type { Appended, ExpectedRevision } from './port';

/** Everything about a command but the command: who, when, which retry of what. */
export interface CommandContext {
  readonly commandId: CommandId;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor: ActorId;
  readonly role?: string;
  readonly onBehalfOf?: StaffId;
  readonly occurredAt: ZonedInstant;
  readonly recordedAt: Instant;
  readonly device?: string;
  /** What the caller sent, for telling a repeat from a re-used id; digested with a key, never stored. */
  readonly request?: unknown;
  /** From If-Match: the stream must be at this revision, else StaleRevision. */
  readonly ifRevision?: number;
}

/** Where a command's events go. `student` is set for every stream about a child: one key seals it, one key erases it. */
export interface Target {
  readonly stream: string;
  readonly student?: StudentId;
}

export interface CommandOutcome<E extends DomainEvent = DomainEvent> {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /** True when this command had been applied before: the answer is the first one's and nothing was added. */
  readonly repeated: boolean;
  readonly events: readonly RecordedEvent<E>[];
}

/** Reads and appends events in clear: validates at append, seals, unseals and upcasts at read. */
export interface Journal {
  readonly logId: string;
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;
  read(stream: string, from?: number): Promise<readonly RecordedEvent[]>;
  /** As `read`, with everything that anybody had appended when it was asked. */
  readCurrent(stream: string, from?: number): Promise<readonly RecordedEvent[]>;
  /** True when `read` may be behind what others have appended. */
  readonly lags: boolean;
  /** True when the stream surely has nothing from this revision on: known without a read. */
  endsBefore(stream: string, from: number): boolean;
  /** All events about one student in order; `types` narrows, `until` stops at what was recorded by then. */
  readStudent(
    student: StudentId,
    options?: { readonly types?: readonly string[]; readonly until?: Instant },
  ): Promise<readonly RecordedEvent[]>;
  head(): Promise<Position>;
}

/** Runs commands: load → already applied? → decide → append with the exact revision; three tries on a conflict. */
export interface CommandRunner {
  /** @throws RefusalError, StaleRevision, IdReused, StoreUnavailable */
  handle<C, S, E extends DomainEvent>(
    decider: Decider<C, S, E>,
    target: Target,
    command: C,
    context: CommandContext,
  ): Promise<CommandOutcome<E>>;
  /** For a record whose id was made on the device: one append to its own new stream, with no load before it. */
  record<C, S, E extends DomainEvent>(
    decider: Decider<C, S, E>,
    target: Target,
    command: C,
    context: CommandContext,
  ): Promise<CommandOutcome<E>>;
  /** The state of a stream now, folded incrementally and remembered; `revision` is -1 for a missing stream. */
  load<C, S, E extends DomainEvent>(
    decider: Pick<Decider<C, S, E>, 'initial' | 'evolve'>,
    stream: string,
  ): Promise<{ readonly state: S; readonly revision: number }>;
  /** As `load`, with everything that anybody had appended when it was asked: for what must not be decided on a copy that lags. */
  loadCurrent<C, S, E extends DomainEvent>(
    decider: Pick<Decider<C, S, E>, 'initial' | 'evolve'>,
    stream: string,
  ): Promise<{ readonly state: S; readonly revision: number }>;
}

/** If-Match named an older revision: 412. */
export class StaleRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`${stream}: If-Match names revision ${expected}, it is at ${actual}`);
  }
}
/** The id or Idempotency-Key was used before for another request: 422. */
export class IdReused extends Error {
  constructor(readonly stream: string) {
    super(`${stream}: this id was used for another request`);
  }
}
