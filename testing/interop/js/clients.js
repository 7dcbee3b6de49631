// What the tests with oauth4webapi share: a client's view of an app.
import * as oauth from 'oauth4webapi';

import { apiKey } from '../support.js';

/** The test server speaks plain HTTP on localhost. */
export const insecure = { [oauth.allowInsecureRequests]: true };

/** What discovery says of `app`. */
export async function discover(app, algorithm = 'oidc') {
  const issuer = new URL(app.issuer);
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** One app as a public client sees it. Every call ends in oauth4webapi's own check of the answer, which throws. */
export async function publicClient(app) {
  const as = await discover(app);
  const client = { client_id: app.id };
  return {
    as,
    client,
    async refresh(token, additionalParameters = {}, named = client) {
      const options = { ...insecure, additionalParameters };
      const response = await oauth.refreshTokenGrantRequest(as, named, oauth.None(), token, options);
      return oauth.processRefreshTokenResponse(as, named, response);
    },
    async revoke(token, additionalParameters = {}) {
      const options = { ...insecure, additionalParameters };
      const response = await oauth.revocationRequest(as, client, oauth.None(), token, options);
      return oauth.processRevocationResponse(response);
    },
    async introspect(token, authentication = oauth.ClientSecretBasic(apiKey)) {
      const response = await oauth.introspectionRequest(as, client, authentication, token, insecure);
      return oauth.processIntrospectionResponse(as, client, response);
    },
  };
}

/** For `assert.rejects`: the OAuth error that oauth4webapi is to throw. */
export function oauthError(error, status = 400) {
  return { name: 'ResponseBodyError', error, status };
}
