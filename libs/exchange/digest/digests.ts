import { addDays, inZone, localDateOf } from '@foundation/calendar';
import type { RelationFacts } from '@foundation/access';
import type { CommandContext, CommandOutcome, CommandRunner, Journal } from '@foundation/event-store';
import { jobIdOf, type JobQueue, type Policy } from '@foundation/jobs';
import { type Clock, type CommandId, derivedId, type Instant, type LocalDate, type MessageId, type StaffId } from '@foundation/kernel';
import type { ViewReader } from '@foundation/view-store';
import { CaseloadQuery } from '@views/caseload';
import { DirectoryQuery, type StaffEntry, TeamQuery } from '@views/directory';
import { PlanQuery } from '@views/plan';
import { ProgressQuery } from '@views/progress';
import { added, type Due, dueOf, isSchoolDay, NOTHING_DUE, schoolDaysBefore } from './due';
import { mailDigest, mailingDigests, makeDigest } from './jobs';
import type { Mailer } from './mailer';
import { digestOf, type MessageCommand, messageDecider, type MessageState, messageStream } from './message';

export interface DigestsParts {
  readonly runner: CommandRunner;
  readonly journal: Journal;
  readonly views: ViewReader;
  readonly relations: RelationFacts;
  readonly queue: JobQueue;
  readonly mailer: Mailer;
  readonly clock: Clock;
  /** The district's IANA zone. */
  readonly zone: string;
  /** Where the service is reached, for the link in the mail. */
  readonly link: string;
}

export interface Message extends Due {
  readonly message: MessageId;
  readonly kind: 'digest';
  readonly day: LocalDate;
  readonly at: Instant;
  readonly readAt?: Instant;
}

/** Messages are listed for so many days. */
export const LISTED_DAYS = 30;
/** Hour of the school day from which on digests are made. */
const FROM_HOUR = 6;
const PAGE = 200;
const VIEWS_MS = 60_000;

/** Once on each school day a coordinator is told what needs looking at: as a message in the app, and by e-mail. */
export class Digests {
  private readonly directory: DirectoryQuery;
  private readonly caseload: CaseloadQuery;

  constructor(private readonly parts: DigestsParts) {
    const { views, journal } = parts;
    this.directory = new DirectoryQuery(views);
    const plans = new PlanQuery(views, journal);
    const progress = new ProgressQuery(views, journal, this.directory, plans);
    this.caseload = new CaseloadQuery(views, this.directory, new TeamQuery(views), plans, progress);
  }

  /** Registers the jobs. Answers the policy that has messages mailed. */
  work(): Policy {
    this.parts.queue.handle(makeDigest, ({ payload }) => this.make(payload.staff, payload.day));
    this.parts.queue.handle(mailDigest, ({ payload }) => this.mail(payload.message));
    return mailingDigests(this.parts.queue);
  }

  /** Asks for the day's digests once its hour has come. Run at any time, often, and by everybody: each is made once. */
  async sweep(): Promise<void> {
    const { clock, zone, queue, mailer } = this.parts;
    const now = clock.now();
    await mailer.sweep(new Date(now));
    const day = localDateOf(inZone(now, zone));
    if (!isSchoolDay(day) || hourIn(now, zone) < FROM_HOUR) return;
    for (const staff of this.coordinators()) {
      const message = digestOf(staff, day);
      if (!(await this.state(message))) await queue.enqueue(makeDigest, jobIdOf(makeDigest, message), { staff, day });
    }
  }

  /** A person's messages of the last 30 days, newest first. */
  async list(staff: StaffId): Promise<readonly Message[]> {
    const today = this.today();
    const days = Array.from({ length: LISTED_DAYS }, (_, ago) => addDays(today, -ago));
    const states = await Promise.all(days.map((day) => this.state(digestOf(staff, day))));
    return states.flatMap((state) => (state ? [shown(state)] : []));
  }

  read(message: MessageId, staff: StaffId, context: CommandContext): Promise<CommandOutcome> {
    return this.run(message, { kind: 'read', message, staff }, context);
  }

  private async make(staff: StaffId, day: LocalDate): Promise<void> {
    const message = digestOf(staff, day);
    if (await this.state(message)) return;
    const { relations, journal, views } = this.parts;
    const actor = await relations.actor(staff, 'coordinator', day);
    if (!actor) return;
    await views.waitFor(await journal.head(), VIEWS_MS);
    let due = NOTHING_DUE;
    const before = schoolDaysBefore(day, 1);
    for (let cursor: string | undefined; ;) {
      const page = this.caseload.caseload({ schools: actor.schools, on: before, cursor, limit: PAGE });
      due = page.items.reduce((sum, row) => added(sum, dueOf(row, day)), due);
      if (page.next === undefined) break;
      cursor = page.next;
      // A district's children are many: others get their turn between pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (Object.values(due).every((many) => many === 0)) return;
    await this.run(message, { kind: 'make', digest: { message, staff, day, ...due } });
  }

  private async mail(message: MessageId): Promise<void> {
    const state = await this.state(message);
    // A node's own log may not have the message yet: the next try will.
    if (!state) throw new NotYetHere();
    if (state.mail) return;
    const to = this.directory.staffMember(state.staff)?.email;
    if (to) await this.parts.mailer.send({ id: message, to, ...written(state, this.parts.link) });
    await this.run(message, { kind: 'settle-mail', message, outcome: to ? 'sent' : 'no-address' });
  }

  private run(message: MessageId, command: MessageCommand, context = this.own(message, command.kind)): Promise<CommandOutcome> {
    return this.parts.runner.handle(messageDecider, { stream: messageStream(message) }, command, context);
  }

  /** Derived from the message: done by two workers at once, it is recorded once. */
  private own(message: MessageId, what: string): CommandContext {
    const { clock, zone } = this.parts;
    const recordedAt = clock.now();
    const commandId = derivedId<CommandId>(message, what);
    return { commandId, correlationId: message, actor: 'system', occurredAt: inZone(recordedAt, zone), recordedAt };
  }

  private async state(message: MessageId): Promise<MessageState> {
    return (await this.parts.runner.load(messageDecider, messageStream(message))).state;
  }

  private coordinators(): readonly StaffId[] {
    const found: StaffEntry[] = [];
    for (let cursor: string | undefined; ;) {
      const page = this.directory.staff({ cursor, limit: PAGE });
      found.push(...page.items.filter(({ grants, removed }) => !removed && grants.some(({ role }) => role === 'coordinator')));
      if (page.next === undefined) return found.map(({ staff }) => staff);
      cursor = page.next;
    }
  }

  private today(): LocalDate {
    return localDateOf(inZone(this.parts.clock.now(), this.parts.zone));
  }
}

class NotYetHere extends Error {}

const hourIn = (at: Instant, zone: string): number =>
  Number(new Intl.DateTimeFormat('en-US', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(new Date(at)));

function shown({ message, day, at, readAt, reviewsDue, sessionsMissed, goalsWithoutData }: NonNullable<MessageState>): Message {
  return { message, kind: 'digest', day, at, reviewsDue, sessionsMissed, goalsWithoutData, ...(readAt && { readAt }) };
}

/** Counts and a link: whoever reads over a shoulder, or the mail server, learns of no child. */
function written({ day, reviewsDue, sessionsMissed, goalsWithoutData }: Due & { readonly day: LocalDate }, link: string) {
  const text = [
    `For ${day}, in your schools:`,
    '',
    `  ${reviewsDue} reviews or re-evaluations overdue or due within 30 days`,
    `  ${sessionsMissed} sessions missed in the week of the school day before`,
    `  ${goalsWithoutData} goals without a record in 14 school days`,
    '',
    `Which they are: ${link}`,
    '',
  ].join('\n');
  return { subject: `Throughline: what needs looking at on ${day}`, text };
}
