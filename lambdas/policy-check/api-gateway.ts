import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { probeHeader } from '../domain/probe.ts';
import type { Presented, Verdict } from './authorize.ts';

/** The header in which kits present the credential (PingOne Authorize: "CLIENT-TOKEN"). */
export const tokenHeader = 'client-token';
type Headers = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'multiValueHeaders'>;

/** The different values of a header, whatever the case of its name; API Gateway gives each header in two forms, or none. */
const valuesOf = ({ headers, multiValueHeaders }: Headers, name: string): readonly string[] => {
  const found: string[] = [];
  const add = (value: string | undefined): void => {
    if (value !== undefined && !found.includes(value)) found.push(value);
  };
  const isIt = (key: string): boolean => key.length === name.length && key.toLowerCase() === name;
  for (const key in headers) if (isIt(key)) add(headers[key]);
  for (const key in multiValueHeaders) if (isIt(key)) for (const value of multiValueHeaders[key] ?? []) add(value);
  return found;
};

/** What a request carries, from the event of a REST API's REQUEST authorizer. Its fields may be null. */
export const presentedIn = (event: APIGatewayRequestAuthorizerEvent): Presented => {
  const nonces = valuesOf(event, probeHeader);
  return {
    gatewayId: event.pathParameters?.gatewayId,
    kitId: event.pathParameters?.kitId,
    node: event.pathParameters?.node,
    tokens: valuesOf(event, tokenHeader),
    nonce: nonces.length === 1 ? nonces[0] : undefined,
    address: event.requestContext.identity.sourceIp,
  };
};

/** What the ARN of a method is made of when nothing odd stands in the path; `*`, `?` and `${` would mean more than themselves in a policy. */
const plainArn = /^[\w:/.-]+$/;

/** Whether the path that was asked for could be one of a gateway or kit. */
export const isPlain = ({ methodArn }: APIGatewayRequestAuthorizerEvent): boolean => plainArn.test(methodArn);

/** What the context of a refusal holds: API Gateway writes it into its answer, and whoever finds it there knows that no other policy has denied. */
export const refusalMark = { refusedBy: 'policy-check' } as const;

const policyOf = (Effect: 'Allow' | 'Deny', Resource: string): APIGatewayAuthorizerResult['policyDocument'] => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
});

/**
 * The authorizer's answer: for an accepted request {@link isPlain} was asked for, and the policy names this one method; a
 * refusal is a Deny, which API Gateway answers as ACCESS_DENIED, and in it nothing stands that came from outside.
 * The context holds strings only, and what is absent is left out: API Gateway would pass null on as the text "null".
 */
export const policyFor = (verdict: Verdict, methodArn: string): APIGatewayAuthorizerResult => {
  if (verdict.kind === 'refused')
    return { principalId: 'refused', policyDocument: policyOf('Deny', '*'), context: { ...refusalMark } };
  const { gatewayId, kitId, credentialId, decision, isProbe } = verdict;
  return {
    principalId: credentialId,
    policyDocument: policyOf('Allow', methodArn),
    context: {
      gatewayId,
      ...(kitId === undefined ? {} : { kitId }),
      credentialId,
      ...(decision === undefined ? {} : { decision: decision.kind }),
      ...(decision?.kind === 'forward' ? { forwardTo: decision.to, serviceUrl: decision.serviceUrl } : {}),
      ...(isProbe ? { isProbe: 'true' } : {}),
    },
  };
};
