import { Module } from '@nestjs/common';
import { CorrectSessionHandler } from './commands/correct-session';
import { DisputeSessionHandler } from './commands/dispute-session';
import { RecordSessionHandler } from './commands/record-session';
import { ScheduleSessionHandler } from './commands/schedule-session';
import { VoidSessionHandler } from './commands/void-session';

@Module({
  providers: [ScheduleSessionHandler, RecordSessionHandler, CorrectSessionHandler, VoidSessionHandler, DisputeSessionHandler],
})
export class SessionsModule {}
