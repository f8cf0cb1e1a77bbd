/** What whoever runs the service can mend: a command line says it in these words, without a stack. */
export class Mendable extends Error {
  /** Of a process that ends with it. 3: the event store does not hold what this node has, and starting again does not help. */
  readonly exitCode: 1 | 3 = 1;
}
