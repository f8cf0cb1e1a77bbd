/** Told of every answer, in words that name nobody. */
export interface HttpObserver {
  /** `route` is the template, `unknown` where there is none. */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** The code of a problem type. */
  refused(code: string): void;
}
