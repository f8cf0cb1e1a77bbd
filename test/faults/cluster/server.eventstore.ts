import { execFileSync } from 'node:child_process';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { temporaryFolder } from '@foundation/testing';
import { pause } from '../../support/commands';
import { serverFaults, type ThreeServers } from './server';

const folder = temporaryFolder();
const connectionString = process.env['EVENTSTORE_URL'] ?? '';
const SERVERS = [1, 2, 3];
const PROBE_MS = 1000;
const LOOK_MS = 50;

/**
 * Starts and kills the servers: `COMMAND start|kill 1|2|3`. `COMMAND leader` prints the one that leads, `COMMAND settled` too, but only when
 * the two others follow; both fail otherwise. Without it nothing is tried: whoever waits for a leader takes any failure for "not yet".
 */
const command = process.env['EVENTSTORE_CONTROL'] ?? '';
if (!command) throw new Error('EVENTSTORE_CONTROL is not set: name a command that kills and starts the three servers of EVENTSTORE_URL.');

function control(...given: readonly string[]): string {
  return execFileSync(command, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** Resolves once a new client's append was answered. */
async function answering(): Promise<void> {
  for (;;) {
    const client = EventStoreDBClient.connectionString(connectionString);
    try {
      const probe = jsonEvent({ type: 'probe', data: {} });
      return void (await client.appendToStream('probes', probe, { deadline: PROBE_MS }));
    } catch {
      await pause(LOOK_MS);
    } finally {
      await client.dispose().catch(() => undefined);
    }
  }
}

async function realServers(): Promise<ThreeServers> {
  let lost = '';
  await answering();
  return {
    connectionString,
    killAll: async () => SERVERS.forEach((server) => control('kill', String(server))),
    startAll: async () => {
      for (const server of SERVERS) control('start', String(server));
      await answering();
    },
    killLeader: async () => {
      lost = await leaderWhen('leader');
      control('kill', lost);
    },
    leaderFound: answering,
    startFollower: async () => {
      control('start', lost);
      await leaderWhen('settled');
    },
  };
}

async function leaderWhen(command: 'leader' | 'settled'): Promise<string> {
  for (;;) {
    try {
      return control(command);
    } catch {
      await pause(LOOK_MS);
    }
  }
}

serverFaults('three servers', () => folder, realServers);
