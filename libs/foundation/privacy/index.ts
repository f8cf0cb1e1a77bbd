export * from './events';
export * from './master-key';
export * from './data-key';
export * from './keyring';
export * from './sealing';
export * from './key-rotation';
export * from './erasure';
export * from './erasure-register';
