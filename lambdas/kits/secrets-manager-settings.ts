import * as z from 'zod';
import { homeOfSecret } from '../domain/secret-home.ts';
import { externalIdRule, hasItsRole, roleFieldsOf } from './owners-role.ts';
import { propagationFrom } from './propagation.ts';

/** The settings of a kit of kind `secrets-manager`. */
export const secretsManagerSettings = z
  .strictObject({
    secretId: z.string().min(1).max(2048).describe('The name or ARN of the secret that the kit reads.'),
    jsonKey: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Put the credential under this key of a JSON object and keep the other keys; without it, it is the text.',
      ),
    previousKey: z
      .string()
      .min(1)
      .optional()
      .describe('Keep the credential that was there before under this key beside it, for readers that accept both.'),
    propagationSeconds: propagationFrom(0).describe(
      "How long until every reader uses a changed secret, in seconds: what the slowest of their caches keeps it for (AWS's extension and agent: 300).",
    ),
    ...roleFieldsOf('secret'),
  })
  .refine(hasItsRole, externalIdRule)
  .refine(({ roleArn, secretId }) => roleArn === undefined || homeOfSecret(secretId) !== undefined, {
    path: ['secretId'],
    message: 'has to be the ARN of the secret when there is a roleArn: the role is used for that one only',
  })
  .refine(({ jsonKey, previousKey }) => previousKey === undefined || jsonKey !== undefined, {
    path: ['previousKey'],
    message: 'goes with jsonKey',
  })
  .refine(({ jsonKey, previousKey }) => previousKey === undefined || jsonKey !== previousKey, {
    path: ['previousKey'],
    message: 'has to be another key than jsonKey',
  });
export type SecretsManagerSettings = z.infer<typeof secretsManagerSettings>;
