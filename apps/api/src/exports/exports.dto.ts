import { DayField, IdField } from '@foundation/http';
import type { ExportId, LocalDate } from '@foundation/kernel';

export class ExportDto {
  @IdField({ optional: true }) export?: ExportId;
  @DayField({ optional: true, description: 'The day on which the family asked, from which the clock runs; today when left out.' })
  askedOn?: LocalDate;
}
