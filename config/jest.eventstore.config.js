/**
 * `npm run test:eventstore`: the suites that only a real EventStoreDB can decide. EVENTSTORE_URL names it (`esdb://127.0.0.1:2113?tls=false`);
 * EVENTSTORE_TLS_URL names one with TLS and users, as its administrator (`esdb://admin:changeit@127.0.0.1:2114?tlsCAFile=/path/ca.crt`), and
 * may be left out when EVENTSTORE_URL is that already.
 */
const { EVENTSTORE_URL, EVENTSTORE_TLS_URL } = process.env;
if (!EVENTSTORE_URL) throw new Error('EVENTSTORE_URL is not set: name the server to test against, as esdb://127.0.0.1:2113?tls=false');
const secured = EVENTSTORE_TLS_URL || EVENTSTORE_URL;
if (!new URL(secured.replace(/^\w+:\/\/([^/?]*)\/?/, 'http://host/')).searchParams.get('tlsCAFile')) {
  throw new Error(
    'EVENTSTORE_TLS_URL is not set: name a server with TLS and users, as esdb://admin:changeit@127.0.0.1:2114?tlsCAFile=ca.crt',
  );
}

// One suite at a time: the contract asks for the head of a log that nobody else writes to meanwhile.
module.exports = { ...require('./jest.config.js'), testMatch: ['<rootDir>/test/**/*.eventstore.ts'], testTimeout: 60000, maxWorkers: 1 };
