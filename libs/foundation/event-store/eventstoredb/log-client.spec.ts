import { UnavailableError } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { credentials } from '@grpc/grpc-js';
import { parseConnection } from './connection';
import { LogClient } from './log-client';

it('outlives a discovery that fails while a call’s error is looked at: nobody waits for that look', async () => {
  const nobody = parseConnection('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=2&discoveryInterval=10');
  const client = LogClient.connect(nobody, 'nobody is there');
  const failing = new StreamsClient('127.0.0.1:1', credentials.createInsecure());
  const discovered = client['getChannel']();
  const looked = client['handleError'](failing, new UnavailableError());
  await expect(discovered).rejects.toThrow('discover');
  await expect(looked).resolves.toBeUndefined();
  failing.close();
  client.close();
});
