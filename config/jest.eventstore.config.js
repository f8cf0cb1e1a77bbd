/**
 * The suites against real EventStoreDB or KurrentDB servers: behaviour and contract on the one that EVENTSTORE_URL names, then acceptance in
 * the cluster shape and what looks into a server's files on fresh ones that EVENTSTORE_FRESH starts (test/support/fresh-event-store.ts).
 * The suites about rights want EVENTSTORE_TLS_URL as well: a server with TLS and users, as its administrator, or nothing if EVENTSTORE_URL
 * is that already.
 * The suites about faults want EVENTSTORE_URL to name three empty servers, and EVENTSTORE_CONTROL a command that kills and starts them
 * (test/faults/cluster/server.eventstore.ts). FAULT_ROUNDS says how often.
 */
const wanted = {
  EVENTSTORE_URL: 'name a server that may be written to, such as esdb://127.0.0.1:2113?tls=false',
  EVENTSTORE_FRESH: 'name a command that starts an empty server in the folder it is given (README, tests)',
};
const missing = Object.entries(wanted).filter(([variable]) => !process.env[variable]);
if (missing.length > 0) throw new Error(missing.map(([variable, hint]) => `${variable} is not set: ${hint}.`).join('\n'));

const cluster = require('./jest.cluster.config.js');
module.exports = {
  ...cluster,
  testMatch: ['<rootDir>/test/**/*.eventstore.ts', ...cluster.testMatch.filter((files) => files.includes('acceptance'))],
  // Three nodes on a small machine take up to a minute to be ready.
  testTimeout: 180000,
};
