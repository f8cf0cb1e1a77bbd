import type { SealedEvent } from '../port';

type TypeVersion = Pick<SealedEvent, 'type' | 'version'>;

/** Readers first: what may be written while the nodes of a cluster run different releases. */
export interface WriteGate {
  /** True when every live node reads it: known without looking. */
  isOpen(event: TypeVersion): boolean;
  /** Looks whether every live node reads it; `catchUp` brings the copy level before anything is refused. @throws NodesBehind, and what `catchUp` throws */
  open(event: TypeVersion, catchUp: () => Promise<void>): Promise<void>;
}

/** A node that lives, by its id, and the release that it runs. */
export interface NodeBehind {
  readonly node: string;
  readonly release: string;
}

/** Written now, it could not be read by a node that lives: nothing was written. */
export class NodesBehind extends Error {
  constructor(
    { type, version }: TypeVersion,
    readonly nodes: readonly NodeBehind[],
  ) {
    const who = nodes.map(({ node, release }) => `Node ${node} (release ${release})`).join(', ');
    super(
      nodes.length === 0
        ? `Nothing was written: no node has said yet that it reads ${type} version ${version}; each says it once its projector has caught up. Send it again, with the same id.`
        : `Nothing was written: ${who} cannot read ${type} version ${version} yet. Send it again, with the same id, once an operator has ` +
            'upgraded what is behind or, when it is gone for good, retired it (npm run node -- retire ID).',
    );
  }
}
