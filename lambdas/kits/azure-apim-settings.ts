import * as z from 'zod';
import { propagationFrom } from './propagation.ts';
import { baseUrl } from './secure-url.ts';

/** The settings of a kit of kind `azure-apim`. */
export const azureApimSettings = z.strictObject({
  subscriptionId: z.uuid().describe('The id of the subscription.'),
  resourceGroup: z
    .string()
    .regex(/^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u, 'must be the name of a resource group')
    .describe('The resource group of the API Management service.'),
  service: z
    .string()
    .max(50)
    .regex(/^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/, 'must be the name of an API Management service')
    .describe('The API Management service.'),
  namedValue: z
    .string()
    .max(256)
    .regex(/^(?!\.{1,2}$)[^*#&+:<>?/\\\p{Cc}]+$/u, 'must be the id of a named value')
    .describe('The id (not the display name) of the secret named value that the policies of the integration kit use.'),
  tenantId: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, 'must be the id or a domain of a tenant')
    .describe('The tenant of Microsoft Entra that the application in accessSecret is registered in.'),
  accessSecret: z
    .string()
    .min(1)
    .describe(
      'The name or ARN of the secret with the application that may write the named value: {"clientId", "clientSecret"}.',
    ),
  keyVault: z
    .strictObject({
      vaultUrl: baseUrl('The URL of the key vault, such as https://example.vault.azure.net.').refine(
        (text) => URL.parse(text)?.pathname === '/',
        'must have no path',
      ),
      secretName: z
        .string()
        .regex(/^[0-9a-zA-Z-]{1,127}$/, 'must be the name of a secret of Key Vault')
        .describe(
          'The secret there that the named value refers to. With it that secret is written, and API Management told to read it.',
        ),
    })
    .optional(),
  propagationSeconds: propagationFrom(1)
    .default(300)
    .describe('How long until all gateways of the service use a changed named value, in seconds.'),
  managementUrl: baseUrl('The URL of Azure Resource Manager, another one in a sovereign cloud.').default(
    'https://management.azure.com',
  ),
  loginUrl: baseUrl('The URL of Microsoft Entra, another one in a sovereign cloud.').default(
    'https://login.microsoftonline.com',
  ),
});
export type AzureApimSettings = z.infer<typeof azureApimSettings>;

const without = (url: string): string => url.replace(/\/+$/, '');

/** Where the named value, the tokens and the secret are. */
export const azureUrlsOf = (settings: AzureApimSettings) => {
  const { managementUrl, subscriptionId, resourceGroup, service, namedValue, loginUrl, tenantId, keyVault } = settings;
  const path = `subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroup)}/providers/Microsoft.ApiManagement/service/${service}/namedValues/${encodeURIComponent(namedValue)}`;
  return {
    namedValue: `${without(managementUrl)}/${path}`,
    token: `${without(loginUrl)}/${tenantId}/oauth2/v2.0/token`,
    secret: keyVault && `${without(keyVault.vaultUrl)}/secrets/${keyVault.secretName}`,
  };
};
