export * from './events';
export * from './given';
export * from './clock';
export * from './folder';
export * from './erased';
export * from './memory';
