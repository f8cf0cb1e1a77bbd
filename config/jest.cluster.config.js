/** The acceptance suites once more, in the cluster shape: a projector and an API on an event store of their own (test/support/cluster-shape.ts). */
process.env.TEST_SHAPE = 'cluster';
module.exports = {
  ...require('./jest.config.js'),
  // How a first start on an empty folder goes is the standalone shape's own.
  testMatch: ['<rootDir>/test/acceptance/!(first-day).spec.ts'],
  testTimeout: 60000,
};
