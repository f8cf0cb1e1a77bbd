import { sameContent } from '@foundation/kernel';

/** What the roster last stated of one thing, and whether the roster still names it. */
export interface Listed<T> {
  readonly content?: T;
  readonly present: boolean;
}

export const unlisted = { present: false } as const;

/** The roster states it again, word for word, and it had not left: nothing new. */
export const alreadyListed = <T>(state: Listed<T>, content: T): boolean => state.present && sameContent(state.content, content);
