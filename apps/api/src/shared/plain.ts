/** A DTO as plain data: what the caller left out is absent, nothing else comes along. */
export const plain = <T>(dto: T): T => JSON.parse(JSON.stringify(dto)) as T;
