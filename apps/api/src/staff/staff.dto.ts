import {
  type Discipline,
  DISCIPLINES,
  type GrantId,
  type LocalDate,
  type Role,
  ROLES,
  type SchoolId,
  type StaffId,
} from '@foundation/kernel';
import { ChoiceField, DayField, IdField, IdsField, TextField } from '@foundation/http';
import { PageQuery } from '../shared/dto';

export class AddStaffDto {
  @IdField({ optional: true, description: 'Made by the client, or left to the server.' }) staff?: StaffId;
  @TextField(120, { example: 'Ana' }) givenName: string;
  @TextField(120, { example: 'Quillfeather' }) familyName: string;
  @TextField(254, { optional: true, example: 'ana@lincoln.example' }) email?: string;
  @IdsField({ example: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01'] }) schools: SchoolId[];
}

export class GrantRoleDto {
  @IdField({ optional: true }) grant?: GrantId;
  @ChoiceField(ROLES, { example: 'therapist' }) role: Role;
  @IdsField({ optional: true, description: 'The schools of a role that is a school’s.', example: ['5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a01'] })
  schools?: SchoolId[];
  @ChoiceField(DISCIPLINES, { optional: true, description: 'Of a therapist.', example: 'speech' }) discipline?: Discipline;
  @TextField(500, { optional: true, description: 'Of an auditor: why they may look.' }) purpose?: string;
  @DayField({ optional: true, description: 'First day; today when left out.' }) from?: LocalDate;
  @DayField({ optional: true, description: 'Last day, included.' }) to?: LocalDate;
}

export class EndRoleDto {
  @DayField({ description: 'Last day, included; yesterday takes the role away now.' }) lastDay: LocalDate;
  @TextField(500, { optional: true }) reason?: string;
}

export class ReasonDto {
  @TextField(500, { example: 'Left the district' }) reason: string;
}

export class StaffQuery extends PageQuery {
  @IdField({ optional: true }) school?: SchoolId;
  @TextField(80, { optional: true, blanks: true, description: 'Beginnings of names.' }) search?: string;
}
