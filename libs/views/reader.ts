/** Injection token of the `ViewReader` that the platform module provides. */
export const VIEW_READER = Symbol('VIEW_READER');
