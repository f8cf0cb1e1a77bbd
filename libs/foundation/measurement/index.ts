export * from './measures';
export * from './figures';
export * from './value';
export * from './check-raw';
export * from './aim-line';
