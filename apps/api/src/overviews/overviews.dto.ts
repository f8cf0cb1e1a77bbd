import { ChoiceField, DayField, TimeField } from '@foundation/http';
import type { LocalDate } from '@foundation/kernel';
import { LINE_KINDS, type LineKind } from '@views/timeline';
import { PageQuery } from '../shared/dto';

export class TimelineQueryDto extends PageQuery {
  @ChoiceField(LINE_KINDS, { optional: true }) kind?: LineKind;
  @DayField({ optional: true, description: 'First day, included.' }) from?: LocalDate;
  @DayField({ optional: true, description: 'Last day, included.' }) to?: LocalDate;
}

export class AsOfQuery {
  @TimeField({ optional: true, description: 'As it was recorded by then; as known now when left out.' }) asOf?: string;
}
