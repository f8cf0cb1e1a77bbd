import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RecordEntry } from '@case/accommodations';
import { RecordObservation } from '@case/observations';
import { type Outcome, RecordSession, ScheduleSession } from '@case/sessions';
import { inZone, isZone, localDateOf } from '@foundation/calendar';
import type { CommandOutcome } from '@foundation/event-store';
import { ProblemError, validated } from '@foundation/http';
import { type CommandId, id } from '@foundation/kernel';
import { Access } from '../access/access';
import type { Caller } from '../access/caller';
import { whenOf } from '../shared/times';
import {
  type AccommodationEntryDto,
  AccommodationEntryItem,
  BATCH_KINDS,
  type ObservationDto,
  ObservationItem,
  type OutcomeText,
  type SessionDto,
  SessionItem,
} from './records.dto';

/** Writes practice records down, one at a time: the same way whether it came alone or in a batch. */
@Injectable()
export class Recorder {
  constructor(
    private readonly access: Access,
    private readonly commands: CommandBus,
  ) {}

  async observation(by: Caller, body: ObservationDto): Promise<CommandOutcome> {
    const { id: observation, student, plan, goal, raw, context = {} } = body;
    const occurredAt = whenOf(body.occurredAt, zoneOf(by, body.zone), '/occurredAt');
    await this.access.authoriseRecord(by, 'observation.write', { student }, localDateOf(occurredAt));
    const input = { observation, student, plan, goal, raw, context };
    return this.commands.execute(new RecordObservation(input, this.context(by, body, { occurredAt })));
  }

  async entry(by: Caller, body: AccommodationEntryDto): Promise<CommandOutcome> {
    const { id: entry, student, plan, accommodation, class: group, on, state, note, zone } = body;
    await this.access.authoriseRecord(by, 'accommodation-entry.write', { student }, on);
    const occurredAt = inZone(by.now, zoneOf(by, zone));
    const input = { entry, student, plan, accommodation, class: group, on, state, ...(note !== undefined && { note }) };
    return this.commands.execute(new RecordEntry(input, this.context(by, body, { occurredAt })));
  }

  async session(by: Caller, body: SessionDto): Promise<CommandOutcome> {
    const { id: session, student, plan, service, group, outcome, schedule } = body;
    const zone = zoneOf(by, body.zone);
    const discipline = await this.access.discipline(plan, service);
    const subject = { student, tie: { own: true, ageDays: 0, ...(discipline && { discipline }) } };
    const of = { session, student, plan, service, ...(group && { group }) };
    if (outcome && !schedule) {
      const read = outcomeOf(outcome, zone);
      const occurredAt = read.kind === 'missed' ? read.plannedStart : read.start;
      await this.access.authoriseRecord(by, 'session.write', subject, localDateOf(occurredAt));
      return this.commands.execute(new RecordSession({ outcome: read, ...of }, this.context(by, body, { occurredAt })));
    }
    if (schedule && !outcome) {
      const start = whenOf(schedule.start, zone, '/schedule/start');
      await this.access.authorise(by, 'session.write', subject);
      const { plannedSeconds } = schedule;
      return this.commands.execute(new ScheduleSession({ start, plannedSeconds, ...of }, this.context(by, body, {})));
    }
    const detail = 'Send `outcome` for what became of it, or `schedule` for what is planned: one of the two.';
    throw new ProblemError('invalid-request', 'One field needs mending.', [{ pointer: '/outcome', detail }]);
  }

  /** One item of a batch. @throws what the single routes throw, with pointers into the item */
  async item(by: Caller, item: unknown): Promise<CommandOutcome> {
    switch (kindOf(item)) {
      case 'observation':
        return this.observation(by, withoutKind(await validated(ObservationItem, item)));
      case 'accommodation-entry':
        return this.entry(by, withoutKind(await validated(AccommodationEntryItem, item)));
      case 'session':
        return this.session(by, withoutKind(await validated(SessionItem, item)));
      default: {
        const detail = `Send one of ${BATCH_KINDS.join(', ')}.`;
        throw new ProblemError('invalid-request', 'One field needs mending.', [{ pointer: '/kind', detail }]);
      }
    }
  }

  /** The record's id is the command's id; what was sent, not when, tells a repeat from a re-used id. */
  private context(by: Caller, body: { readonly id: string }, options: Parameters<Caller['context']>[0]) {
    return by.context({ commandId: id<CommandId>(body.id), request: body, ...options });
  }
}

/** The `kind` of a batch's item, whatever it is. */
export const kindOf = (item: unknown): unknown => (typeof item === 'object' && item !== null && 'kind' in item ? item.kind : undefined);

/** As the single route would have got it: sent alone or in a batch, it is the same record. */
function withoutKind<T extends { readonly kind: string }>(item: T): Omit<T, 'kind'> {
  const { kind: _, ...rest } = item;
  return rest;
}

/** @throws ProblemError 400 for a zone that is none */
export function zoneOf(by: Caller, zone: string | undefined): string {
  if (zone === undefined) return by.zone;
  if (isZone(zone)) return zone;
  const detail = 'Send an IANA zone, such as America/New_York.';
  throw new ProblemError('invalid-request', 'One field needs mending.', [{ pointer: '/zone', detail }]);
}

/** Reads the times of an outcome on the school's clock. @throws ProblemError with pointers under `/outcome` */
export function outcomeOf(outcome: OutcomeText, zone: string): Outcome {
  if (outcome.kind === 'missed') return { ...outcome, plannedStart: whenOf(outcome.plannedStart, zone, '/outcome/plannedStart') };
  const { start, end, groupSize = 1, goals = [], ...rest } = outcome;
  return { start: whenOf(start, zone, '/outcome/start'), end: whenOf(end, zone, '/outcome/end'), groupSize, goals, ...rest };
}
