import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { type EntryState, EntryStateSchema } from '@case/accommodations';
import { type Context, ContextSchema } from '@case/observations';
import { MISS_REASONS, SoapSchema } from '@case/sessions';
import { ChoiceField, DayField, IdField, PartField, ShapedField, surely, TextField, TimeField, WholeField } from '@foundation/http';
import {
  type AccommodationId,
  type ClassId,
  Either,
  type EntryId,
  type GoalId,
  type GroupId,
  Id,
  List,
  type LocalDate,
  Maybe,
  type ObservationId,
  OneOf,
  type PlanId,
  type ServiceId,
  type SessionId,
  Shape,
  type Static,
  type StudentId,
  Text,
  Type,
} from '@foundation/kernel';
import { type Raw, RawSchema } from '@foundation/measurement';

const ZoneField = () =>
  TextField(64, { optional: true, description: 'IANA zone of the school; the district’s when left out.', example: 'America/New_York' });
const StudentField = () => IdField({ example: '0c8e1c5e-0f5b-5c59-9f0e-0c7d5d1c0c01' });

/** One data point or window of one goal. The id is made on the device: sending it again counts once. */
export class ObservationDto {
  @IdField({ example: '2e0f1c5e-0f5b-7c59-9f0e-0c7d5d1c0e01' }) id: ObservationId;
  @StudentField() student: StudentId;
  @IdField() plan: PlanId;
  @IdField({ example: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d02' }) goal: GoalId;
  @TimeField({ description: 'When it was seen.' }) occurredAt: string;
  @ZoneField() zone?: string;
  @ShapedField(RawSchema, {
    description: 'What was seen, in the kind of the goal’s measure.',
    example: { kind: 'prompted-trials', trials: [{ response: 'correct', prompt: 'independent' }] },
  })
  raw: Raw;
  @ShapedField(ContextSchema, { optional: true, example: { setting: 'Room 12', activity: 'Math centre' } }) context?: Context;
}

/** What became of one accommodation in one class on one day. */
export class AccommodationEntryDto {
  @IdField({ example: '3f0a1c5e-0f5b-7c59-9f0e-0c7d5d1c0f01' }) id: EntryId;
  @StudentField() student: StudentId;
  @IdField() plan: PlanId;
  @IdField({ example: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d03' }) accommodation: AccommodationId;
  @IdField({ example: '5f0c1c5e-0f5b-5c59-9f0e-0c7d5d1c0a03' }) class: ClassId;
  @DayField({ description: 'The school day.' }) on: LocalDate;
  @ShapedField(EntryStateSchema, { example: { kind: 'provided', outcome: 'used' } }) state: EntryState;
  @TextField(1000, { optional: true, blanks: true }) note?: string;
  @ZoneField() zone?: string;
}

const TimeText = Type.String({ maxLength: 40, description: 'With its offset: 2026-03-03T09:15:00-05:00' });

/** The record's outcome with times as text. */
export const OutcomeTextSchema = Either([
  Shape({
    kind: OneOf(['delivered', 'partial']),
    start: TimeText,
    end: TimeText,
    location: Maybe(Text(120)),
    groupSize: Maybe(Type.Integer({ minimum: 1, maximum: 40, default: 1 })),
    goals: Maybe(List(Id<GoalId>(), 40)),
    note: Maybe(SoapSchema),
    makeUpFor: Maybe(Id<SessionId>()),
  }),
  Shape({
    kind: Type.Literal('missed'),
    plannedStart: TimeText,
    plannedSeconds: Type.Integer({ minimum: 60, maximum: 28_800 }),
    reason: OneOf(MISS_REASONS),
    familyTold: Type.Boolean(),
  }),
]);
export type OutcomeText = Static<typeof OutcomeTextSchema>;

const OutcomeField = (optional: boolean) =>
  ShapedField(OutcomeTextSchema, {
    optional,
    example: {
      kind: 'delivered',
      start: '2026-03-03T09:15:00-05:00',
      end: '2026-03-03T09:45:00-05:00',
      goals: [],
      note: { subjective: 'In good spirits' },
    },
  });

export class ScheduleDto {
  @TimeField() start: string;
  @WholeField(60, 28_800, { example: 1800 }) plannedSeconds: number;
}

/** A session of a service line: planned (`schedule`) or what became of it (`outcome`). A group is one session per child sharing `group`. */
export class SessionDto {
  @IdField({ example: '4a0b1c5e-0f5b-7c59-9f0e-0c7d5d1c1001' }) id: SessionId;
  @StudentField() student: StudentId;
  @IdField() plan: PlanId;
  @IdField({ example: '1d0e1c5e-0f5b-5c59-9f0e-0c7d5d1c0d04' }) service: ServiceId;
  @IdField({ optional: true }) group?: GroupId;
  @OutcomeField(true) outcome?: OutcomeText;
  @PartField(() => ScheduleDto, { optional: true }) schedule?: ScheduleDto;
  @ZoneField() zone?: string;
}

export class ObservationItem extends ObservationDto {
  @ChoiceField(['observation']) kind: 'observation';
}
export class AccommodationEntryItem extends AccommodationEntryDto {
  @ChoiceField(['accommodation-entry']) kind: 'accommodation-entry';
}
export class SessionItem extends SessionDto {
  @ChoiceField(['session']) kind: 'session';
}
export const BATCH_KINDS = ['observation', 'accommodation-entry', 'session'] as const;
export const BATCH_LIMIT = 500;

@ApiExtraModels(ObservationItem, AccommodationEntryItem, SessionItem)
export class RecordsDto {
  @ApiProperty({
    type: 'array',
    maxItems: BATCH_LIMIT,
    description: 'Each with its own id; each is judged on its own.',
    items: { oneOf: [ObservationItem, AccommodationEntryItem, SessionItem].map((item) => ({ $ref: getSchemaPath(item) })) },
  })
  @surely((value) => Array.isArray(value) && value.length >= 1 && value.length <= BATCH_LIMIT)
  @IsArray({ message: 'Send a list of records.' })
  @ArrayMinSize(1, { message: 'Send at least one record.' })
  @ArrayMaxSize(BATCH_LIMIT, { message: `Send at most ${BATCH_LIMIT} records at once.` })
  records: unknown[];
}

const ReasonField = () => TextField(1000, { example: 'Counted one twice' });

export class CorrectObservationDto {
  @ShapedField(RawSchema, { example: { kind: 'percent-correct', correct: 7, incorrect: 3, noResponse: 0 } }) raw: Raw;
  @ShapedField(ContextSchema, { optional: true, example: {} }) context?: Context;
  @ReasonField() reason: string;
}

export class CorrectEntryDto {
  @ShapedField(EntryStateSchema, { example: { kind: 'not-applicable' } }) state: EntryState;
  @TextField(1000, { optional: true, blanks: true }) note?: string;
  @ReasonField() reason: string;
}

export class CorrectSessionDto {
  @OutcomeField(false) outcome: OutcomeText;
  @ZoneField() zone?: string;
  @ReasonField() reason: string;
}

export class VoidDto {
  @TextField(1000, { example: 'Recorded for the wrong child' }) reason: string;
}

export class DisputeDto {
  @ChoiceField(['family', 'staff']) by: 'family' | 'staff';
  @TextField(4000, { example: 'Sam was ill that day.' }) statement: string;
}

export class RecordResultDto {
  @ApiProperty({ format: 'uuid', required: false, description: 'As sent.' }) id?: string;
  @ApiProperty({ enum: ['recorded', 'duplicate', 'refused'], example: 'recorded' }) result: 'recorded' | 'duplicate' | 'refused';
  @ApiProperty({ type: 'integer', required: false }) revision?: number;
  @ApiPropertyOptional({ allOf: [{ $ref: '#/components/schemas/Problem' }], description: 'Of a refused record.' })
  problem?: object;
}

export class RecordsResultDto {
  @ApiProperty({ type: RecordResultDto, isArray: true, description: 'In the order sent.' }) results: RecordResultDto[];
  @ApiProperty({ required: false, description: 'A read with `?after=` this position has seen every record of the batch.' })
  position?: string;
}
