/** One runner for rules, contracts, acceptance and kill tests; swc compiles, tsc checks types in `npm run check`. */
module.exports = {
  rootDir: '..',
  testMatch: ['<rootDir>/{apps,libs,test,config}/**/*.spec.ts'],
  // The cluster's have a run of their own.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/test/faults/cluster/.*spec'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  moduleNameMapper: {
    '^@foundation/(.*)$': '<rootDir>/libs/foundation/$1',
    '^@case/(.*)$': '<rootDir>/libs/case/$1',
    '^@views/(.*)$': '<rootDir>/libs/views/$1',
    '^@exchange/(.*)$': '<rootDir>/libs/exchange/$1',
    '^@apps/(.*)$': '<rootDir>/apps/$1',
    '^@config/(.*)$': '<rootDir>/config/$1',
  },
  globalSetup: '<rootDir>/config/redis-for-tests.js',
  setupFiles: ['reflect-metadata'],
  testTimeout: 60000,
  // Each file has processes, ports and folders of its own, and one that kills a service two hundred times need not hold up the others.
  maxWorkers: 2,
  testSequencer: '<rootDir>/config/order-of-tests.js',
};
