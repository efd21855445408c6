import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { probeHeader } from '../domain/probe.ts';
import type { Presented, Verdict } from './authorize.ts';

/** The header in which kits present the credential (PingOne Authorize: "CLIENT-TOKEN"). */
const tokenHeader = 'client-token';
type Headers = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'multiValueHeaders'>;

/** The different values of a header, whatever the case of its name; API Gateway gives each header in two forms, or none. */
const valuesOf = ({ headers, multiValueHeaders }: Headers, name: string): readonly string[] => {
  const single = Object.entries(headers ?? {}).map(([key, value]) => ({ key, values: [value] }));
  const multiple = Object.entries(multiValueHeaders ?? {}).map(([key, values]) => ({ key, values: values ?? [] }));
  const found = [...single, ...multiple].filter(({ key }) => key.toLowerCase() === name);
  return [...new Set(found.flatMap(({ values }) => values))].filter((value) => value !== undefined);
};

/** What a request carries, from the event of a REST API's REQUEST authorizer. Its fields may be null. */
export const presentedIn = (event: APIGatewayRequestAuthorizerEvent): Presented => {
  const nonces = valuesOf(event, probeHeader);
  return {
    gatewayId: event.pathParameters?.gatewayId,
    kitId: event.pathParameters?.kitId,
    tokens: valuesOf(event, tokenHeader),
    nonce: nonces.length === 1 ? nonces[0] : undefined,
    address: event.requestContext.identity.sourceIp,
  };
};

/**
 * The authorizer's answer. The policy names this one method; a refusal is a Deny, which API Gateway answers as ACCESS_DENIED.
 * The context holds strings only, and what is absent is left out: API Gateway would pass null on as the text "null".
 */
export const policyFor = (verdict: Verdict, methodArn: string): APIGatewayAuthorizerResult => {
  const isAccepted = verdict.kind === 'accepted';
  const { gatewayId, kitId, credentialId } = verdict;
  return {
    principalId: isAccepted ? verdict.credentialId : 'refused',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: isAccepted ? 'Allow' : 'Deny', Resource: methodArn }],
    },
    ...(isAccepted
      ? {
          context: {
            gatewayId: gatewayId ?? '',
            ...(kitId === undefined ? {} : { kitId }),
            credentialId: credentialId ?? '',
            ...(verdict.decision === undefined ? {} : { decision: verdict.decision }),
          },
        }
      : {}),
  };
};
