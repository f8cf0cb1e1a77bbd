export * from './calendar';
export * from './timeliness';
