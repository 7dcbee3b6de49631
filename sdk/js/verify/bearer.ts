/** The token of a request (RFC 6750 §2.1), and nothing but the token. */

/** What the one header `Authorization: Bearer …` holds; nothing where there is none, several, or one of another scheme. */
export function bearerOf(authorization: readonly string[]): string | undefined {
  const [header, ...others] = authorization;
  if (header === undefined || others.length > 0) return undefined;
  const found = /^bearer +([^ ,]+) *$/i.exec(header); // two headers that were joined have a comma between them
  return found?.[1];
}

/** Every value of `Authorization` of a Node request; its `headers` keep only the first. */
export function authorizationOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "authorization");
}
