import * as z from 'zod';
import { propagationFrom } from './propagation.ts';
import { baseUrl } from './secure-url.ts';

const number = (what: string) => z.string().regex(/^[1-9]\d{0,18}$/, `must be the number of ${what}, as a text`);

/** The settings of a kit of kind `mulesoft`. */
export const mulesoftSettings = z.strictObject({
  organizationId: z.uuid().describe('The id of the organization or business group.'),
  environmentId: z.uuid().describe('The id of the environment.'),
  apiId: number('an API instance').describe('The id of the API instance in API Manager, as a text.'),
  policyId: number('a policy').describe('The id of the policy that is applied to it, as a text.'),
  field: z
    .string()
    .max(255)
    .regex(/^[A-Za-z_$][\w.$-]*$/, 'must be the name of a field of the policy')
    .describe('The field of the configuration of the policy that holds the credential, as the API names it.'),
  accessSecret: z
    .string()
    .min(1)
    .describe(
      'The name or ARN of the secret with the connected app that may manage policies: {"clientId", "clientSecret"}.',
    ),
  masksValues: z
    .boolean()
    .default(false)
    .describe('Whether API Manager does not show what the field holds (it is sensitive): then nothing is read back.'),
  propagationSeconds: propagationFrom(1)
    .default(300)
    .describe('How long until all gateways of the API use a changed policy, in seconds.'),
  anypointUrl: baseUrl(
    'The URL of Anypoint Platform: https://eu1.anypoint.mulesoft.com in Europe, https://gov.anypoint.mulesoft.com for MuleSoft Government Cloud.',
  ).default('https://anypoint.mulesoft.com'),
});
export type MulesoftSettings = z.infer<typeof mulesoftSettings>;

/** Where the policy, the definitions of policies and the tokens are. */
export const anypointUrlsOf = (
  settings: Pick<MulesoftSettings, 'anypointUrl' | 'organizationId' | 'environmentId' | 'apiId' | 'policyId'>,
) => {
  const { anypointUrl, organizationId, environmentId, apiId, policyId } = settings;
  const base = anypointUrl.replace(/\/+$/, '');
  return {
    policy: `${base}/apimanager/api/v1/organizations/${organizationId}/environments/${environmentId}/apis/${apiId}/policies/${policyId}`,
    templates: `${base}/apimanager/xapi/v1/organizations/${organizationId}/exchange-policy-templates`,
    token: `${base}/accounts/api/v2/oauth2/token`,
  };
};
