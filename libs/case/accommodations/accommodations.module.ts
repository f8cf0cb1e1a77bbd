import { Module } from '@nestjs/common';
import { CorrectEntryHandler } from './commands/correct-entry';
import { DisputeEntryHandler } from './commands/dispute-entry';
import { RecordEntryHandler } from './commands/record-entry';
import { VoidEntryHandler } from './commands/void-entry';

@Module({ providers: [RecordEntryHandler, CorrectEntryHandler, VoidEntryHandler, DisputeEntryHandler] })
export class AccommodationsModule {}
