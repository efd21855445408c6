import * as z from 'zod';
import { pingOneSettings } from '../../lambdas/authorities/pingone/settings.ts';
import type { PingOneAuthority } from '../../lambdas/domain/authority.ts';

/** Where the live test plays, and how far it may go. */
export type LiveSettings = {
  readonly authority: PingOneAuthority;
  /** The worker application, as a secret would hold it. */
  readonly workerApp: string;
  readonly patienceMs: number;
  /** Whether the gateway may be filled up with credentials, to see what PingOne says to one too many. */
  readonly mayFillUp: boolean;
};

/** The variables, and what each is for. */
export const variables = {
  PINGONE_ENVIRONMENT_ID: 'the environment',
  PINGONE_GATEWAY_ID: 'a gateway in it, of type API_GATEWAY_INTEGRATION, that is there for tests',
  PINGONE_CLIENT_ID: 'the worker application, with the role Environment Admin',
  PINGONE_CLIENT_SECRET: 'its secret',
  PINGONE_CLIENT_AUTH: 'CLIENT_SECRET_BASIC (default) or CLIENT_SECRET_POST, as the application is set to',
  PINGONE_REGION: 'NA, CA, EU, AU, SG or AP; or all of the next three',
  PINGONE_API_URL: 'the management API with its version',
  PINGONE_TOKEN_URL: 'the token endpoint',
  PINGONE_SERVICE_URL: 'the Service URL that kits have',
  PINGONE_PATIENCE_SECONDS: 'how long is waited for one thing to show (default 1800)',
  PINGONE_FILL_UP: 'yes: makes credentials up to the limit and one more, and deletes them',
} as const;
type Name = keyof typeof variables;

const required: readonly Name[] = [
  'PINGONE_ENVIRONMENT_ID',
  'PINGONE_GATEWAY_ID',
  'PINGONE_CLIENT_ID',
  'PINGONE_CLIENT_SECRET',
];

const auth = z.enum(['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST']).default('CLIENT_SECRET_BASIC');
const patience = z.coerce.number().int().min(1).max(86_400).default(1_800);

/** What the environment says, or every reason why it is not enough; a value is never repeated. */
export const readLiveSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): LiveSettings | { readonly problems: readonly string[] } => {
  const given = (name: Name): string | undefined => environment[name] || undefined;
  const missing = required.filter((name) => given(name) === undefined);
  const named = {
    region: given('PINGONE_REGION'),
    apiUrl: given('PINGONE_API_URL'),
    tokenUrl: given('PINGONE_TOKEN_URL'),
    serviceUrl: given('PINGONE_SERVICE_URL'),
  };
  const authority = pingOneSettings.safeParse({
    kind: 'pingone',
    environmentId: given('PINGONE_ENVIRONMENT_ID'),
    gatewayId: given('PINGONE_GATEWAY_ID'),
    workerSecret: 'the variables',
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
  });
  const method = auth.safeParse(given('PINGONE_CLIENT_AUTH'));
  const seconds = patience.safeParse(given('PINGONE_PATIENCE_SECONDS'));
  if (missing.length === 0 && authority.success && method.success && seconds.success)
    return {
      authority: authority.data,
      workerApp: JSON.stringify({
        clientId: given('PINGONE_CLIENT_ID'),
        clientSecret: given('PINGONE_CLIENT_SECRET'),
        tokenEndpointAuthMethod: method.data,
      }),
      patienceMs: seconds.data * 1000,
      mayFillUp: given('PINGONE_FILL_UP') === 'yes',
    };
  return {
    problems: [
      ...missing.map((name) => `${name} is missing: ${variables[name]}.`),
      ...(authority.success || missing.length > 0
        ? []
        : authority.error.issues.map(
            ({ path, message }) => `The address of PingOne (${path.join('.') || 'region'}): ${message}.`,
          )),
      ...(method.success ? [] : [`PINGONE_CLIENT_AUTH is ${variables.PINGONE_CLIENT_AUTH}.`]),
      ...(seconds.success ? [] : ['PINGONE_PATIENCE_SECONDS is a whole number from 1 to 86400.']),
    ],
  };
};
