import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsString, MaxLength } from 'class-validator';
import { OUTCOMES, type Outcome } from '@exchange/rostering';
import { ChoiceField, FlagField, IdField, PartsField, TextField, WholeField } from '@foundation/http';
import type { ImportId } from '@foundation/kernel';

export class RosterFileDto {
  @TextField(120, { example: 'users.csv' }) name: string;
  @ApiProperty({ description: 'The file’s text (UTF-8).', example: 'sourcedId,status,…' })
  @IsString({ message: 'Send the file’s text.' })
  @MaxLength(30_000_000)
  content: string;
}

const CONFIRM = 'What stopped this import before was looked at, and it is meant.';

export class RosterImportDto {
  @FlagField({ description: 'Only report what would change.' }) dryRun: boolean;
  @FlagField({ optional: true, description: CONFIRM }) confirm?: boolean;
  @PartsField(() => RosterFileDto, 40, { description: 'The files of a OneRoster 1.1 or 1.2 CSV set.' }) files: RosterFileDto[];
}

/** The fields beside the files of a multipart upload, as text. */
export class RosterUploadFields {
  @ChoiceField(['true', 'false'], { optional: true, description: 'Only report what would change.' }) dryRun?: 'true' | 'false';
  @ChoiceField(['true', 'false'], { optional: true, description: CONFIRM }) confirm?: 'true' | 'false';
}

export class RosterReportQuery {
  @TextField(20, { optional: true, description: 'From `Link: rel="next"` or `report.next` of the page before.' }) cursor?: string;
  @Type(() => Number) @WholeField(1, 1000, { optional: true, example: 200 }) limit?: number;
  @ChoiceField(OUTCOMES, { optional: true, description: 'Only lines with this outcome.' }) outcome?: Outcome;
}

export class RosterCompareQuery {
  @IdField({ optional: true, description: 'The earlier import; the one before it when left out.' }) with?: ImportId;
}

/** Documents the multipart body. */
export const UPLOAD_SCHEMA = {
  type: 'object',
  required: ['files'],
  properties: {
    files: {
      type: 'array',
      items: { type: 'string', format: 'binary' },
      description: 'One zip, or the CSV files of a OneRoster 1.1 or 1.2 set.',
    },
    dryRun: { type: 'string', enum: ['true', 'false'], description: 'Only report what would change.' },
    confirm: { type: 'string', enum: ['true', 'false'], description: CONFIRM },
  },
};
