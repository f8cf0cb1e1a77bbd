/** What whoever runs the service can mend: a command line says it in these words, without a stack. */
export class Mendable extends Error {
  /** Of a process that ends with it. */
  readonly exitCode: 1 | 3 = 1;
}

/** The event store does not hold what this node has: starting again does not help. */
export class AnotherPast extends Mendable {
  override readonly exitCode = 3;
}
