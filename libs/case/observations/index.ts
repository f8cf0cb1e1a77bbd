export * from './events';
export { observationsRefusals } from './refusals';
export { type NewObservation, observationDecider, type ObservationCommand, type ObservationState, type Seen } from './observation';
export { RecordObservation } from './commands/record-observation';
export { CorrectObservation } from './commands/correct-observation';
export { VoidObservation } from './commands/void-observation';
export { DisputeObservation } from './commands/dispute-observation';
export { ObservationsModule } from './observations.module';
