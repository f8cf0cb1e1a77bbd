import {
  type Branded,
  type ClassId,
  derivedId,
  type EnrolmentId,
  type GuardianId,
  type SchoolId,
  type StaffId,
  type StudentId,
  type TermId,
} from '@foundation/kernel';

/** Ids that follow from the roster's own ids within one log: a second import of the same files meets the same streams. */
export class RosterIds {
  private readonly schools = new Map<string, SchoolId>();
  private readonly terms = new Map<string, TermId>();
  private readonly classes = new Map<string, ClassId>();

  constructor(private readonly logId: string) {}

  school = (sourcedId: string): SchoolId => this.remembered(this.schools, 'org', sourcedId);
  term = (sourcedId: string): TermId => this.remembered(this.terms, 'term', sourcedId);
  class = (sourcedId: string): ClassId => this.remembered(this.classes, 'class', sourcedId);
  /** One sourcedId is one id, whatever the person is: a student, a member of staff, a guardian of somebody. */
  person = (sourcedId: string) => derivedId<StudentId & StaffId & GuardianId>(this.logId, `user:${sourcedId}`);
  student = (sourcedId: string): StudentId => this.person(sourcedId);
  guardian = (sourcedId: string): GuardianId => this.person(sourcedId);
  enrolment = (sourcedId: string) => derivedId<EnrolmentId>(this.logId, `enrolment:${sourcedId}`);

  /** What thousands of rows refer to is derived once. */
  private remembered<T extends Branded<string, string>>(known: Map<string, T>, kind: string, sourcedId: string): T {
    let id = known.get(sourcedId);
    if (id === undefined) known.set(sourcedId, (id = derivedId<T>(this.logId, `${kind}:${sourcedId}`)));
    return id;
  }
}
