import * as z from 'zod';
import type { OwnersRole } from '../ports.ts';

/** Settings of a kind whose `what`, a secret or a parameter, may be in another account, or another team's. */
export const roleFieldsOf = (what: 'secret' | 'parameter') => ({
  roleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/, 'must be the ARN of a role')
    .optional()
    .describe(
      `The ARN of a role of its owner, in whose place the ${what} is used: of another account, or by the rules of another team. The gateways.json of the deployment has to name it.`,
    ),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must have 2 to 1,224 letters, digits or any of _+=,.@:/-')
    .optional()
    .describe(`The external id that the trust policy of the owner of the ${what} asks for. It is not kept secret.`),
});

/** The rule about both, for `refine`. */
export const externalIdRule = { path: ['externalId'], message: 'goes with roleArn' };
export const hasItsRole = ({ roleArn, externalId }: RoleSettings): boolean =>
  externalId === undefined || roleArn !== undefined;

type RoleSettings = { readonly roleArn?: string | undefined; readonly externalId?: string | undefined };

/** The role in whose place the secret or parameter is used, if there is one. */
export const roleIn = ({ roleArn, externalId }: RoleSettings): OwnersRole | undefined =>
  roleArn === undefined ? undefined : { roleArn, ...(externalId === undefined ? {} : { externalId }) };

/** What lets a role be used, for messages. */
export const roleTodo =
  "Name the role in the gateways.json of the deployment and deploy it; let the role's trust policy admit the roles of the functions BeginRotation, DistributeShard, VerifyKits and RevokeCredential with this externalId";
