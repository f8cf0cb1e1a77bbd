import { randomUUID } from 'node:crypto';

/** Answers are looked into field by field by the tests that know their shape. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export interface Answer<T = Json> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** By service, for what one person has written another one looks at. */
const positions = new Map<string, string>();

/** One person at one tablet: signs in, keeps the token and the cookie, sends JSON. */
export class Client {
  private token: string | undefined;
  cookie: string | undefined;

  constructor(readonly url: string) {}

  /** The position of the last write to the service, whoever made it: sent as `?after=` with the next read. */
  get position(): string | undefined {
    return positions.get(this.url);
  }

  async signIn(signInName: string, password: string, role?: string): Promise<Answer> {
    const answer = await this.send('POST', 'sign-in', { signInName, password, ...(role ? { role } : {}) });
    if (answer.status === 200) this.token = answer.body.accessToken;
    return answer;
  }

  useToken(token: string | undefined): void {
    this.token = token;
  }

  get accessToken(): string | undefined {
    return this.token;
  }

  async send<T = Json>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const set = response.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0];
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed = text !== '' && type.includes('json') ? JSON.parse(text) : text;
    if (parsed?.position) positions.set(this.url, parsed.position);
    return { status: response.status, body: parsed, headers: response.headers };
  }

  get<T = Json>(path: string, headers?: Record<string, string>): Promise<Answer<T>> {
    const after = this.position ? `${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(this.position)}` : '';
    return this.send<T>('GET', `${path}${after}`, undefined, headers);
  }

  post<T = Json>(path: string, body: unknown = {}, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.send<T>('POST', path, body, headers);
  }

  put<T = Json>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.send<T>('PUT', path, body, headers);
  }

  /** Posts and expects 2xx; the answer's body. */
  async do<T = Json>(path: string, body: unknown = {}, headers?: Record<string, string>): Promise<T> {
    const answer = await this.post<T>(path, body, headers);
    if (answer.status >= 300) throw new Error(`POST ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Reads and expects 200; the answer's body. */
  async read<T = Json>(path: string): Promise<T> {
    const answer = await this.get<T>(path);
    if (answer.status !== 200) throw new Error(`GET ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

export const uuid = (): string => randomUUID();
