// The auth token: a JWT, read and verified in the browser as any backend does it.

const ALGORITHMS = {
  ES256: [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }],
  EdDSA: [{ name: 'Ed25519' }, { name: 'Ed25519' }],
  RS256: [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, { name: 'RSASSA-PKCS1-v1_5' }],
};

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const json = (text) => JSON.parse(new TextDecoder().decode(bytes(text)));

/** Header and claims. They prove nothing before [`verify`] has looked. */
export function decode(token) {
  const [header, claims] = token.split('.');
  return { header: json(header), claims: json(claims) };
}

/** Whether one of the app's public keys signed this. The algorithm is the key's, never the token's word. */
export async function verify(token, keys) {
  const [header, claims, signature] = token.split('.');
  const { kid } = json(header);
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined) return { kind: 'warn', text: `No key of the app is called ${kid}: this token is not to be believed.` };
  const [imported, algorithm] = ALGORITHMS[key.alg] ?? [];
  try {
    const publicKey = await crypto.subtle.importKey('jwk', key, imported, false, ['verify']);
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    const holds = await crypto.subtle.verify(algorithm, publicKey, bytes(signature), signed);
    if (!holds) return { kind: 'bad', text: 'The signature is wrong: this token is not to be believed.' };
    return { kind: 'good', text: `The signature holds: ${key.alg}, by key ${kid}.` };
  } catch {
    return { kind: 'warn', text: `This browser cannot check ${key.alg}.` };
  }
}
