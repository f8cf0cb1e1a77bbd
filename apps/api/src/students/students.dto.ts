import {
  type AssignmentId,
  type ClassId,
  type Discipline,
  DISCIPLINES,
  type GuardianId,
  type LocalDate,
  type SchoolId,
  type StaffId,
  type StudentId,
  TEAM_ROLES,
  type TeamRole,
} from '@foundation/kernel';
import { ChoiceField, DayField, FlagField, IdField, IdsField, TextField, TextsField } from '@foundation/http';
import { ERASURE_REASONS, type ErasureReason } from '@foundation/privacy';
import { Transform } from 'class-transformer';
import { PageQuery } from '../shared/dto';

export class StudentsQuery extends PageQuery {
  @TextField(80, { optional: true, blanks: true, description: 'Beginnings of names.' }) search?: string;
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @FlagField({ optional: true, description: 'Only children whose case is open.' })
  openCase?: boolean;
}

export class AddStudentDto {
  @IdField({ optional: true }) student?: StudentId;
  @TextField(120, { example: 'Sam' }) givenName: string;
  @TextField(120, { example: 'Rivermoss' }) familyName: string;
  @TextField(120, { optional: true }) preferredName?: string;
  @DayField({ optional: true, example: '2016-05-04' }) birthDate?: LocalDate;
  @TextsField(20, 20, { example: ['03'] }) grades: string[];
  @IdsField({ example: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01'] }) schools: SchoolId[];
}

export class OpenCaseDto {
  @DayField({ optional: true, description: 'Today when left out.' }) on?: LocalDate;
}

const list = (example: string[]) => TextsField(500, 20, { optional: true, example });

/** The one-screen profile, whole: a list left out is empty. */
export class ProfileDto {
  @list(['Remembers every song']) strengths: string[] = [];
  @list(['Loud rooms']) challenges: string[] = [];
  @list(['Trains']) interests: string[] = [];
  @list(['Short sentences and pictures']) communication: string[] = [];
  @list(['A two-minute warning']) helps: string[] = [];
  @list(['Touching from behind']) avoid: string[] = [];
  @list(['First / then card']) visualSupports: string[] = [];
  @list([]) health: string[] = [];
  @list(['Case manager, room 4']) contacts: string[] = [];
}

export class TeamMemberDto {
  @IdField({ optional: true }) assignment?: AssignmentId;
  @IdField({ example: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' }) staff: StaffId;
  @ChoiceField(TEAM_ROLES, { example: 'aide' }) role: TeamRole;
  @ChoiceField(DISCIPLINES, { optional: true, description: 'Of a therapist.' }) discipline?: Discipline;
  @IdsField({ optional: true, description: 'Of a teacher: the classes in which they teach the child.' }) classes?: ClassId[];
  @DayField({ optional: true, description: 'First day; today when left out.' }) from?: LocalDate;
  @DayField({ optional: true, description: 'Last day, included.' }) to?: LocalDate;
  @IdField({ optional: true, description: 'The assignment that this one covers for.' }) coveringFor?: AssignmentId;
}

export class EndAssignmentDto {
  @DayField({ description: 'Last day, included.' }) lastDay: LocalDate;
  @TextField(500, { optional: true }) reason?: string;
}

export class GuardianDto {
  @IdField({ optional: true }) guardian?: GuardianId;
  @TextField(240, { example: 'Rita Rivermoss' }) name: string;
  @TextField(60, { example: 'mother' }) relationship: string;
  @TextField(60, { optional: true }) phone?: string;
  @TextField(254, { optional: true }) email?: string;
}

/** What a person may give as the reason: a code, for it is kept for ever (34 CFR 300.624). */
export const ASKED_ERASURES = ERASURE_REASONS.filter((reason) => reason !== 'restored-backup');

export class EraseDto {
  @ChoiceField(ASKED_ERASURES)
  reason: ErasureReason;
}
