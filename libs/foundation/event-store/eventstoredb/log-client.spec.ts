import { UnavailableError } from '@eventstore/db-client';
import { parseConnection } from './connection';
import { LogClient } from './log-client';

interface Inside {
  handleError(client: { getChannel(): object }, error: Error): Promise<void>;
  getChannel(): Promise<object>;
}

it('outlives a discovery that fails while a call’s error is looked at: nobody waits for that look', async () => {
  const nobody = parseConnection('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=2&discoveryInterval=10');
  const client = LogClient.connect(nobody, 'nobody is there');
  const inside = client as unknown as Inside;
  const discovered = inside.getChannel();
  const looked = inside.handleError({ getChannel: () => ({}) }, new UnavailableError());
  await expect(discovered).rejects.toThrow('discover');
  await expect(looked).resolves.toBeUndefined();
  client.close();
});
