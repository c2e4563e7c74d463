// A real OpenID Connect provider with the device flow, and with the code flow for one redirect
// address, for one synthetic user who approves everything. It listens on a free port of the loopback and prints its issuer as a JSON line.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const USER = {
  sub: 'synthetic-user',
  name: 'Synthetic User',
  email: 'synthetic@example.org',
  email_verified: true,
  groups: ['testers'],
};
const ALGORITHMS = {
  'https://gateway.example/rs256': 'RS256',
  'https://gateway.example/es256': 'ES256',
  'https://gateway.example/bare': 'RS256',
};

function key(kid, type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

function resourceServer(ctx, resource) {
  return {
    scope: 'openid prompts',
    audience: resource,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 300,
    jwt: { sign: { alg: ALGORITHMS[resource] } },
  };
}

// Access tokens for `…/bare` hold nothing about the user but the subject.
function extraTokenClaims(ctx, token) {
  if (token.aud === undefined || String(token.aud).endsWith('/bare')) return undefined;
  const { sub, ...claims } = USER;
  return claims;
}

const configuration = {
  clients: ['device-client', 'other-client'].map((client_id) => ({
    client_id,
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    response_types: [],
    redirect_uris: [],
  })).concat({
    client_id: 'browser-client',
    client_secret: 'synthetic secret: %+1'.repeat(2),
    redirect_uris: ['http://gateway.test/dashboard/sign-in/callback/oidc'],
  }),
  jwks: {
    keys: [
      key('rsa-1', 'rsa', { modulusLength: 2048 }, 'RS256'),
      key('ec-1', 'ec', { namedCurve: 'P-256' }, 'ES256'),
    ],
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub', 'name', 'groups'], email: ['email', 'email_verified'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ ...USER, sub: id }) }),
  extraTokenClaims,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: resourceServer,
      useGrantedResource: () => true,
    },
  },
};

async function approve(provider, request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: USER.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  if (params.resource) grant.addResourceScope(params.resource, 'openid prompts');
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, {
    login: { accountId: USER.sub },
    consent: { grantId },
  });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const serve = provider.callback();
  server.on('request', (request, response) => {
    if (request.url.startsWith('/interaction/')) {
      approve(provider, request, response).catch(() => response.writeHead(500).end());
    } else {
      serve(request, response);
    }
  });
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
