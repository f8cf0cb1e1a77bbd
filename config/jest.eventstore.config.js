/** The suites against a real EventStoreDB or KurrentDB: `EVENTSTORE_URL=esdb://… npm run test:eventstore`. */
if (!process.env.EVENTSTORE_URL) {
  throw new Error('EVENTSTORE_URL is not set. Name a server that may be written to, such as esdb://127.0.0.1:2113?tls=false');
}
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/**/*.eventstore.ts'],
  testTimeout: 60000,
};
