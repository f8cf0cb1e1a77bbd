import { Mendable } from '@foundation/kernel';

/** How far a long job is: the step's name, and how much of how much (bytes, pages, events: only the share is shown). */
export type OnProgress = (step: string, done: number, total: number) => void;

/** It cannot be done as asked; the message says why and what would help, in the operator's words. */
export class OperationRefused extends Mendable {}
