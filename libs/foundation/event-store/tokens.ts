/** Nest injection tokens of the ports: the platform module provides them, rooms inject them by name. */
export const EVENT_STORE = Symbol('EVENT_STORE');
export const JOURNAL = Symbol('JOURNAL');
export const COMMAND_RUNNER = Symbol('COMMAND_RUNNER');
