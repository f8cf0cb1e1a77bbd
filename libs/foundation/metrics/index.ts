export * from './metrics';
export * from './lag';
