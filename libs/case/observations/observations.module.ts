import { Module } from '@nestjs/common';
import { CorrectObservationHandler } from './commands/correct-observation';
import { DisputeObservationHandler } from './commands/dispute-observation';
import { RecordObservationHandler } from './commands/record-observation';
import { VoidObservationHandler } from './commands/void-observation';

@Module({ providers: [RecordObservationHandler, CorrectObservationHandler, VoidObservationHandler, DisputeObservationHandler] })
export class ObservationsModule {}
