export { type ImportCounts, rosteringEvents } from './events';
export { type Finding, type Outcome, OUTCOMES } from './findings';
export { openFolder, openPath } from './folder';
export { compareImports, type Comparison, type FileChange, type PastImport, pastImports } from './import-history';
export { bufferFile, checkedSet, SET_LIMITS, type SourceFile, type SourceSet, textFile, UnreadableSet } from './source-file';
export { type Roster, readRoster } from './roster';
export { type ImportProgress, type ImportReport, type ImportRequest, RosterImporter } from './roster-importer';
export { type ImportStatus, type ListedImport, RosterImports } from './roster-imports';
export { openZipBuffer } from './zip';
