export { timelineView } from './timeline.projection';
export { type TimelineFilter, type TimelineLine, TimelineQuery, type TimelineScope, type RecordEntry } from './timeline.query';
export { type Change, type Detail, LINE_KINDS, type LineKind, RECORD_KINDS, type RecordKind } from './line';
