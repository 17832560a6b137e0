import { CognitoIdentityProviderClient, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';

/** What the API answered. `body` is parsed JSON where it is JSON, else the text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
  /** `POST /v1/appointments`, for messages. */
  readonly call: string;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

const limitMillis = 30_000;

/** One request to the clinic's API, with a time limit; redirects are not followed, so that they can be looked at. */
export async function callApi(
  apiUrl: string,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const query = new URLSearchParams(
    Object.entries(options.query ?? {}).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  ).toString();
  const response = await fetch(`${apiUrl}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(limitMillis),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    body: isJson && text !== '' ? JSON.parse(text) : text,
    headers: response.headers,
    call: `${method} ${path}`,
  };
}

/**
 * Signs a member of staff in with a password, which only stage local takes that way.
 * @returns the ID token the API wants.
 */
export async function signIn(
  credentials: { readonly clientId: string; readonly email: string; readonly password: string },
  client = new CognitoIdentityProviderClient({}),
): Promise<string> {
  const { AuthenticationResult: result } = await client.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: credentials.clientId,
      AuthParameters: { USERNAME: credentials.email, PASSWORD: credentials.password },
    }),
  );
  if (result?.IdToken === undefined) throw new Error(`${credentials.email} could not sign in: no token was given.`);
  return result.IdToken;
}
