/**
 * The cluster shape: the acceptance suites once more, with a projector and an API on an event store of their own
 * (test/support/cluster-shape.ts), and what a cluster goes through (test/faults/cluster).
 */
process.env.TEST_SHAPE = 'cluster';
module.exports = {
  ...require('./jest.config.js'),
  // How a first start on an empty folder goes, and that an import ends with its process, is the standalone shape's own.
  testMatch: ['<rootDir>/test/acceptance/!(first-day|roster-kill).spec.ts', '<rootDir>/test/faults/cluster/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  testTimeout: 120000,
  // Each file waits more than it works (for cuts, takeovers, starts), and has servers, ports and folders of its own.
  maxWorkers: 2,
};
