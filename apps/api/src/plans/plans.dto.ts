import {
  ACCOMMODATION_CATEGORIES,
  ACCOMMODATION_USES,
  type Accommodation,
  type Criterion,
  CriterionSchema,
  type Goal,
  PLAN_KINDS,
  type PlanKind,
  type Service,
  SERVICE_PERIODS,
} from '@case/plans';
import {
  type AccommodationId,
  type ClassId,
  type Discipline,
  DISCIPLINES,
  type GoalId,
  type LocalDate,
  type PlanId,
  type ServiceId,
  type StaffId,
} from '@foundation/kernel';
import {
  ChoiceField,
  DayField,
  IdField,
  IdsField,
  NumberField,
  PartField,
  PartsField,
  ShapedField,
  TextField,
  TimeField,
  WholeField,
} from '@foundation/http';
import { AGGREGATIONS, type Aggregation, type Measure, MeasureSchema, PROMPT_LEVELS, type PromptLevel } from '@foundation/measurement';

export class DraftPlanDto {
  @IdField({ optional: true }) plan?: PlanId;
  @ChoiceField(PLAN_KINDS) kind: PlanKind;
}

export class PresentLevelsDto {
  @TextField(20_000, { example: 'Sam reads 58 words per minute and asks for help when prompted.' }) presentLevels: string;
  @TextField(20_000, { optional: true, description: 'Required from 16.' }) transition?: string;
}

export class DatedValueDto {
  @NumberField({ example: 80 }) value: number;
  @DayField({ example: '2026-08-31' }) on: LocalDate;
}

/** A goal; a draft's may still miss what activation needs. */
export class GoalDto {
  @IdField({ optional: true, description: 'Of a goal to rewrite; a new goal may leave it out.' }) goal?: GoalId;
  @TextField(80, { example: 'communication' }) area: string;
  @TextField(2000, { example: 'Given a hard task, Sam will ask for help in 8 of 10 chances.' }) statement: string;
  @TextField(120, { example: 'Asks for help' }) label: string;
  @ChoiceField(['up', 'down']) better: Goal['better'];
  @ShapedField(MeasureSchema, { optional: true, example: { kind: 'prompted-trials' } }) measure?: Measure;
  @ChoiceField(AGGREGATIONS, { optional: true, description: 'How a day’s records become one value; `pool` when left out.' })
  aggregation?: Aggregation;
  @PartField(() => DatedValueDto, { optional: true }) baseline?: DatedValueDto;
  @PartField(() => DatedValueDto, { optional: true }) target?: DatedValueDto;
  @ShapedField(CriterionSchema, {
    optional: true,
    example: { comparator: 'at-least', value: 80, times: 3, outOf: 4, per: 'days', minimumTrials: 5 },
  })
  criterion?: Criterion;
  @ChoiceField(['monthly', 'quarterly', 'trimester', 'semester'], { optional: true, example: 'quarterly' }) reporting?: Goal['reporting'];
  @ChoiceField(PROMPT_LEVELS, { optional: true, example: 'verbal' }) startPrompt?: PromptLevel;
  @IdsField({ optional: true }) classes?: ClassId[];
}

export class AccommodationDto {
  @IdField({ optional: true }) accommodation?: AccommodationId;
  @ChoiceField(ACCOMMODATION_CATEGORIES, { example: 'timing-scheduling' }) category: Accommodation['category'];
  @ChoiceField(ACCOMMODATION_USES) use: Accommodation['use'];
  @TextField(120, { example: 'Extra time' }) label: string;
  @TextField(2000, { optional: true }) description?: string;
  @IdsField({ description: 'The classes in which it is promised.' }) classes: ClassId[];
}

export class FrequencyDto {
  @WholeField(1, 40, { example: 2 }) sessions: number;
  @ChoiceField(SERVICE_PERIODS) per: (typeof SERVICE_PERIODS)[number];
}

/** A service line (34 CFR 300.320(a)(7)): start, frequency, location and duration, all four before activation. */
export class ServiceDto {
  @IdField({ optional: true }) service?: ServiceId;
  @ChoiceField(DISCIPLINES) discipline: Discipline;
  @DayField({ optional: true, example: '2025-09-01' }) start?: LocalDate;
  @DayField({ optional: true, example: '2026-06-12' }) end?: LocalDate;
  @PartField(() => FrequencyDto, { optional: true }) frequency?: FrequencyDto;
  @WholeField(1, 480, { optional: true, description: 'Minutes of one session.', example: 30 }) minutes?: number;
  @TextField(120, { optional: true, example: 'Therapy room' }) location?: string;
  @ChoiceField(['individual', 'group', 'either']) delivery: Service['delivery'];
}

export class ActivateDto {
  @DayField({ example: '2025-09-01' }) effectiveFrom: LocalDate;
  @DayField({ description: 'The team meeting: the annual review is due within a year of it.', example: '2025-08-28' }) meetingOn: LocalDate;
  @DayField({ optional: true, description: 'The last evaluation: a new one is due within three years.' }) evaluatedOn?: LocalDate;
}

export class AgreementDto {
  @TextField(240, { example: 'Rita Rivermoss' }) parent: string;
  @IdField({ example: '7a1b0c5e-0f5b-5c59-9f0e-0c7d5d1c0b01' }) agency: StaffId;
  @DayField({ example: '2026-02-27' }) on: LocalDate;
  @TextField(2000, { example: 'More speech after the winter review' }) reason: string;
}

/** Items as they read in the new version; items not named stay as they were. */
export class AmendDto {
  @DayField({ example: '2026-03-09' }) effectiveFrom: LocalDate;
  @PartField(() => AgreementDto, { optional: true, description: 'The written agreement (34 CFR 300.324(a)(4)); refused without.' })
  agreement?: AgreementDto;
  @PartsField(() => GoalDto, 60, { optional: true }) goals?: GoalDto[];
  @PartsField(() => AccommodationDto, 100, { optional: true }) accommodations?: AccommodationDto[];
  @PartsField(() => ServiceDto, 40, { optional: true }) services?: ServiceDto[];
  @IdsField({ optional: true, max: 100 }) removed?: (GoalId | AccommodationId | ServiceId)[];
}

export class AcknowledgeDto {
  @WholeField(1, 10_000, { description: 'The version that you were informed of.', example: 1 }) planVersion: number;
}

export class EndPlanDto {
  @DayField({ example: '2026-08-28' }) lastDay: LocalDate;
  @TextField(2000, { example: 'Replaced at the annual review' }) reason: string;
}

export class PlanOnQuery {
  @DayField({ optional: true, description: 'What was in force on this day; today when left out.' }) on?: LocalDate;
  @TimeField({ optional: true, description: 'As it was recorded by then; as known now when left out.' }) asOf?: string;
}
