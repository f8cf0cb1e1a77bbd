import type { CommandBus } from '@nestjs/cqrs';
import { StaleRevision } from '@foundation/event-store';
import { RefusalError } from '@foundation/kernel';
import type { Platform } from '../platform';

/** What was looked for and not found is looked for again once the node holds all that the cluster holds. */
export async function onceCurrent<T>(
  { catchUp }: Pick<Platform, 'catchUp'>,
  look: () => T | Promise<T>,
  found: (answer: T) => boolean,
): Promise<T> {
  const answer = await look();
  if (!catchUp || found(answer)) return answer;
  await catchUp();
  return look();
}

/**
 * A command is decided from what the node has. What it refuses on that ground may rest on facts of other streams that others have changed
 * meanwhile: it is decided once more on everything. Nothing was appended, so nothing is done twice.
 */
export function refuseOnlyWhatIsCurrent(bus: CommandBus, { catchUp }: Pick<Platform, 'catchUp'>): void {
  if (!catchUp) return;
  const execute = bus.execute.bind(bus) as (...given: readonly unknown[]) => Promise<unknown>;
  const decided = async (...given: readonly unknown[]): Promise<unknown> => {
    try {
      return await execute(...given);
    } catch (error) {
      if (!(error instanceof RefusalError || error instanceof StaleRevision)) throw error;
      await catchUp();
      return execute(...given);
    }
  };
  bus.execute = decided;
}
