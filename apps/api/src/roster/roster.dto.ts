import { FlagField, PartsField, TextField } from '@foundation/http';
import { IsString, MaxLength } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';

export class RosterFileDto {
  @TextField(120, { example: 'users.csv' }) name: string;
  @ApiProperty({ description: 'The file’s text (UTF-8).', example: 'sourcedId,status,…' })
  @IsString({ message: 'Send the file’s text.' })
  @MaxLength(30_000_000)
  content: string;
}

export class RosterImportDto {
  @FlagField({ description: 'Only report what would change.' }) dryRun: boolean;
  @PartsField(() => RosterFileDto, 40, { description: 'The files of a OneRoster 1.1 or 1.2 CSV set.' }) files: RosterFileDto[];
}
