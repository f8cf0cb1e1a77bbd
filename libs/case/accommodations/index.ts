export * from './events';
export { accommodationsRefusals } from './refusals';
export { type AccommodationEntry, type Became, type EntryCommand, entryDecider, type NewEntry } from './entry';
export { RecordEntry } from './commands/record-entry';
export { CorrectEntry } from './commands/correct-entry';
export { VoidEntry } from './commands/void-entry';
export { DisputeEntry } from './commands/dispute-entry';
export { AccommodationsModule } from './accommodations.module';
