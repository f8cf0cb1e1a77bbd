import { AccessDeniedError, type Credentials, END, type EventStoreDBClient, jsonEvent, UnavailableError } from '@eventstore/db-client';
import { newStream } from '../../support/sealed-events';
import { collect, connect, type Given, happenings, refusalOf } from './server';
import { Watched } from './watching';

const UNAUTHENTICATED = 16;
const PERMISSION_DENIED = 7;

/** Who may do what on a server with TLS and users. */
export function rights(given: Given): void {
  describe('rights on a TLS server', () => {
    const clients: EventStoreDBClient[] = [];
    afterEach(() => Promise.all(clients.splice(0).map((client) => client.dispose())));

    const as = (user?: Credentials, caFile = given().secured.caFile) => {
      const who = user ? `${user.username}:${user.password}@` : '';
      const client = connect(`esdb://${who}${given().secured.hosts}?tls=true&tlsCAFile=${encodeURIComponent(caFile)}`);
      clients.push(client);
      return client;
    };
    const admin = () => as(given().secured.admin);
    const plain = () => as(given().secured.plain);
    const wrong = (): Credentials => ({ ...given().secured.admin, password: 'not the password' });

    const subscribed = async (client: EventStoreDBClient) => {
      const watched = new Watched(client.subscribeToAll({ fromPosition: END }));
      await watched.until('caught-up', 'error');
      await watched.stop();
      return watched;
    };
    const mayReadAll = async (client: EventStoreDBClient) => {
      expect((await collect(client.readAll({ maxCount: 2 }))).length).toBe(2);
      expect((await subscribed(client)).said).toContain('caught-up');
    };
    const mayNotReadAll = async (client: EventStoreDBClient, code: number) => {
      const denied = [await refusalOf(collect(client.readAll({ maxCount: 2 }))), (await subscribed(client)).error];
      for (const refusal of denied) {
        expect(refusal).toBeInstanceOf(AccessDeniedError);
        expect(refusal).toMatchObject({ code });
      }
    };

    it('denies everything to a caller without credentials', async () => {
      const refusal = await refusalOf(as().appendToStream(newStream(), happenings(1)));
      expect(refusal).toBeInstanceOf(AccessDeniedError);
      expect(refusal).toMatchObject({ code: undefined });
      await mayNotReadAll(as(), PERMISSION_DENIED);
    });

    it('denies everything to a caller with a wrong password', async () => {
      const byBatch = await refusalOf(as(wrong()).appendToStream(newStream(), happenings(1)));
      const byClassic = await refusalOf(as().appendToStream(newStream(), happenings(1), { credentials: wrong() }));
      for (const refusal of [byBatch, byClassic]) {
        expect(refusal).toBeInstanceOf(AccessDeniedError);
        expect(refusal).toMatchObject({ code: UNAUTHENTICATED });
      }
      await mayNotReadAll(as(wrong()), UNAUTHENTICATED);
    });

    it('lets a plain user append, read and delete, but not read $all', async () => {
      const [client, credentials] = [plain(), given().secured.plain];
      const stream = newStream();
      expect(await client.appendToStream(stream, happenings(1))).toMatchObject({ success: true });
      expect(await client.appendToStream(stream, happenings(1), { credentials })).toMatchObject({ success: true });
      expect(await collect(client.readStream(stream))).toHaveLength(2);
      await client.deleteStream(stream);
      await client.tombstoneStream(stream);
      await mayNotReadAll(client, PERMISSION_DENIED);
      expect(await refusalOf(client.setStreamMetadata('$all', {}))).toBeInstanceOf(AccessDeniedError);
    });

    it('lets an administrator open $all to a group by the metadata of $all', async () => {
      await mayReadAll(admin());
      const readRoles = ['$admins', 'app'];
      const admins = ['$admins'];
      const nobodyElse = { writeRoles: admins, deleteRoles: admins, metaReadRoles: admins, metaWriteRoles: admins };
      await admin().setStreamMetadata('$all', { acl: { ...nobodyElse, readRoles } });
      await mayReadAll(plain());
      await admin().setStreamMetadata('$all', {});
      await mayNotReadAll(plain(), PERMISSION_DENIED);
    });

    it('lets an administrator open $all to a group by the default access list of system streams', async () => {
      const nobodyElse = { $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' };
      const settings = (data: Record<string, unknown>) =>
        admin().appendToStream('$settings', jsonEvent({ type: '$settings', data: data as never }));
      await settings({ $systemStreamAcl: { $r: ['$admins', 'app'], ...nobodyElse } });
      await mayReadAll(plain());
      await settings({});
      await mayNotReadAll(plain(), PERMISSION_DENIED);
    });

    it('looks like an outage to a client that does not know the authority, and to one without TLS', async () => {
      const stranger = connect(`esdb://${given().secured.hosts.split(',')[0]}?tls=true`);
      const open = connect(`esdb://${given().secured.hosts.split(',')[0]}?tls=false`);
      clients.push(stranger, open);
      const unknown = await refusalOf(collect(stranger.readAll({ maxCount: 1 })));
      const without = await refusalOf(collect(open.readAll({ maxCount: 1 })));
      for (const refusal of [unknown, without]) expect(refusal).toBeInstanceOf(UnavailableError);
      expect(unknown).toMatchObject({ message: expect.stringMatching(/unable to verify|UNABLE_TO_VERIFY/i) });
      expect(without).toMatchObject({ message: expect.stringContaining('No connection established') });
    });
  });
}
