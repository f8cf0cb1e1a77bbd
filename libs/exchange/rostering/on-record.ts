import type { EventStore } from '@foundation/event-store';
import { type ClassId, type EnrolmentId, type SchoolId, type StaffId, START, type StudentId, type TermId } from '@foundation/kernel';
import { Pace } from './pace';
import type { Recorded, Thing } from './roster';
import type { RosterIds } from './roster-ids';

/** Ids of one kind that the roster ever listed, and whether it lists them now. */
export class Listing<T extends string> {
  private readonly listed = new Map<T, boolean>();

  set(id: T, now: boolean): void {
    this.listed.set(id, now);
  }
  /** Its stream has events: now on the roster, or once. */
  ever(id: T): boolean {
    return this.listed.has(id);
  }
  now(id: T): boolean {
    return this.listed.get(id) === true;
  }
  *all(): Iterable<T> {
    for (const [id, now] of this.listed) if (now) yield id;
  }
}

/** What is read as it lies in the log is of any version: `students.enrolled` lists enrolments since its second, before it named one. */
interface AsStored {
  readonly student?: StudentId;
  readonly staff?: StaffId;
  readonly enrolment?: EnrolmentId;
  readonly enrolments?: readonly { readonly enrolment: EnrolmentId }[];
}

/** Small pages: reading one holds the thread. */
const PAGE = 100;

/** What earlier imports left on the record, read from the log by ids alone: no key is needed. */
export class OnRecord implements Recorded {
  readonly schools = new Listing<SchoolId>();
  readonly terms = new Listing<TermId>();
  readonly classes = new Listing<ClassId>();
  readonly students = new Listing<StudentId>();
  readonly staff = new Listing<StaffId>();

  private constructor(
    private readonly store: EventStore,
    private readonly ids: RosterIds,
  ) {}

  static async read(store: EventStore, ids: RosterIds): Promise<OnRecord> {
    const record = new OnRecord(store, ids);
    await record.list(record.schools, 'schools.school-rostered', 'schools.school-left-roster', 'school');
    await record.list(record.terms, 'schools.term-rostered', 'schools.term-left-roster', 'term');
    await record.list(record.classes, 'schools.class-rostered', 'schools.class-left-roster', 'class');
    await record.list(record.students, 'students.student-rostered', 'students.student-left-roster', 'student');
    await record.list(record.staff, 'people.staff-rostered', 'people.staff-left-roster', 'staff');
    return record;
  }

  has(thing: Thing, sourcedId: string): boolean {
    if (thing === 'org') return this.schools.ever(this.ids.school(sourcedId));
    if (thing === 'term') return this.terms.ever(this.ids.term(sourcedId));
    if (thing === 'class') return this.classes.ever(this.ids.class(sourcedId));
    const id = this.ids.person(sourcedId);
    return this.students.ever(id) || this.staff.ever(id);
  }

  /** Whose enrolments these are: a delta may end one by its sourcedId alone. */
  async holdersOf(enrolments: ReadonlySet<EnrolmentId>): Promise<ReadonlyMap<EnrolmentId, StudentId | StaffId>> {
    const holders = new Map<EnrolmentId, StudentId | StaffId>();
    if (enrolments.size === 0) return holders;
    await this.walk(['students.enrolled', 'people.class-assigned'], (_, data) => {
      const { student, staff, enrolments: listed, ...one } = data as AsStored;
      const holder = student ?? staff;
      for (const { enrolment } of listed ?? [one]) {
        if (enrolment !== undefined && holder !== undefined && enrolments.has(enrolment)) holders.set(enrolment, holder);
      }
    });
    return holders;
  }

  private async list<T extends string>(listing: Listing<T>, listed: string, left: string, field: string): Promise<void> {
    await this.walk([listed, left], (type, data) => {
      const subject = data[field] as T | undefined;
      if (subject !== undefined) listing.set(subject, type === listed);
    });
  }

  private async walk(types: readonly string[], meet: (type: string, data: Readonly<Record<string, unknown>>) => void): Promise<void> {
    const pace = new Pace();
    for (let after = START; ;) {
      const page = await this.store.readAll({ after, limit: PAGE, types });
      for (const { type, data } of page) meet(type, data as Readonly<Record<string, unknown>>);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.position;
      await pace.breathe();
    }
  }
}
