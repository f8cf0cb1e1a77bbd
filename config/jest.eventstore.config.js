/**
 * The suites against a real EventStoreDB or KurrentDB: `EVENTSTORE_URL=esdb://… npm run test:eventstore`. Those about rights want
 * EVENTSTORE_TLS_URL as well: a server with TLS and users, as its administrator, or nothing if EVENTSTORE_URL is that already. Those about
 * faults want EVENTSTORE_URL to name three empty servers, and EVENTSTORE_CONTROL a command that kills and starts them
 * (test/faults/cluster/server.eventstore.ts). FAULT_ROUNDS says how often.
 */
if (!process.env.EVENTSTORE_URL) {
  throw new Error('EVENTSTORE_URL is not set. Name a server that may be written to, such as esdb://127.0.0.1:2113?tls=false');
}
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['<rootDir>/test/**/*.eventstore.ts'],
  testTimeout: 60000,
};
