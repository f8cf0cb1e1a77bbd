import { addDays } from '@foundation/calendar';
import { type GrantId, type LocalDate, type Refusal, type RefusalPart, type Role, sameContent, type StaffId } from '@foundation/kernel';
import { roleEnded, type PeopleEvent, type RoleGrant, roleGranted } from './events';
import { refuse } from './refusals';

/** A role as it was given, without the sealed purpose, so that a remembered state holds no personal text. */
export interface Grant extends Omit<RoleGrant, 'purpose'> {
  /** The last day named when the role was ended; never after `to`. */
  readonly endedOn?: LocalDate;
}

/** The last day of a grant, included; undefined while no end is known. */
export const lastDayOf = (grant: Grant): LocalDate | undefined => grant.endedOn ?? grant.to;

const bySchool: readonly Role[] = ['coordinator', 'teacher', 'therapist', 'nurse', 'auditor'];

/** What the role still lacks: every missing piece at once. */
function missing(grant: RoleGrant): readonly RefusalPart[] {
  const parts: RefusalPart[] = [];
  if (bySchool.includes(grant.role) && grant.schools.length === 0) {
    parts.push({ pointer: '/schools', detail: 'name at least one school' });
  }
  if (grant.role === 'therapist' && !grant.discipline) parts.push({ pointer: '/discipline', detail: 'name the discipline' });
  if (grant.role === 'auditor' && !grant.purpose?.trim()) parts.push({ pointer: '/purpose', detail: 'say why the auditor may look' });
  if (grant.role === 'auditor' && !grant.to) parts.push({ pointer: '/to', detail: 'name the last day' });
  return parts;
}

/** What the role does not take: a field without effect would mislead whoever reads the grant later. */
function surplus(grant: RoleGrant): readonly RefusalPart[] {
  const parts: RefusalPart[] = [];
  if (grant.role === 'administrator' && grant.schools.length > 0) {
    parts.push({ pointer: '/schools', detail: 'an administrator’s role is the whole district’s' });
  }
  if (grant.role !== 'therapist' && grant.discipline) parts.push({ pointer: '/discipline', detail: 'only a therapist has a discipline' });
  if (grant.role !== 'auditor' && grant.purpose) parts.push({ pointer: '/purpose', detail: 'only an auditor’s grant has a purpose' });
  return parts;
}

const meets = (held: Grant, wanted: RoleGrant): boolean => {
  const last = lastDayOf(held);
  return (wanted.to === undefined || held.from <= wanted.to) && (last === undefined || wanted.from <= last);
};

export function grantRole(held: readonly Grant[], staff: StaffId, wanted: RoleGrant): readonly PeopleEvent[] | Refusal {
  const known = held.find((one) => one.grant === wanted.grant);
  if (known) {
    const same = sameContent({ ...known, endedOn: undefined }, { ...wanted, purpose: undefined });
    return same ? [] : refuse('grant-exists', 'Another grant has this id: send the new one under an id of its own.');
  }
  const lacking = missing(wanted);
  if (lacking.length > 0) return refuse('grant-incomplete', 'Say what the role needs; each missing piece is named.', lacking);
  const extra = surplus(wanted);
  if (extra.length > 0) return refuse('grant-says-too-much', 'Leave out what the role does not take.', extra);
  if (wanted.to !== undefined && wanted.to < wanted.from) {
    return refuse('grant-ends-before-it-starts', 'The last day must not be before the first; one day is enough.', [
      { pointer: '/to', detail: 'is before `from`' },
    ]);
  }
  const twin = held.some(
    (one) =>
      one.role === wanted.role &&
      one.discipline === wanted.discipline &&
      sameContent([...one.schools].sort(), [...wanted.schools].sort()) &&
      meets(one, wanted),
  );
  if (twin) return refuse('role-already-held', 'End the grant that is in force first, or choose days after it.');
  return [roleGranted.of({ staff, ...wanted })];
}

export interface RoleEnd {
  readonly grant: GrantId;
  readonly lastDay: LocalDate;
  readonly reason?: string;
  readonly today: LocalDate;
}

/** Yesterday is the earliest last day: it takes the role away now. What was true on past days stays true. */
export function endRole(held: readonly Grant[], staff: StaffId, end: RoleEnd): readonly PeopleEvent[] | Refusal {
  const grant = held.find((one) => one.grant === end.grant);
  if (!grant) return refuse('grant-not-found', 'Name a grant that this person was given.');
  const last = lastDayOf(grant);
  const over = last !== undefined && last < end.today;
  if (over || (last !== undefined && end.lastDay >= last)) {
    return refuse('role-already-ended', 'The role ends by then already: for more days, grant it anew.', [
      { pointer: '/lastDay', detail: 'is not before the present last day' },
    ]);
  }
  if (end.lastDay < addDays(end.today, -1)) {
    return refuse('role-ends-in-the-past', 'Choose yesterday, to take the role away now, or a later day.', [
      { pointer: '/lastDay', detail: 'is before yesterday' },
    ]);
  }
  return [roleEnded.of({ staff, grant: end.grant, lastDay: end.lastDay, reason: end.reason })];
}
