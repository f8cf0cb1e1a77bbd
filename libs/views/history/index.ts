export { type HistoryEntry, HistoryQuery } from './history.query';
