import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { isPlain, policyFor, presentedIn } from './api-gateway.ts';
import { authorize, type Verdict } from './authorize.ts';
import { InstanceMemory, memoryLimits } from './instance-memory.ts';
import type { Ports } from './ports.ts';

/** Writes the line of a decision: ids and codes, never a header, a value or a digest. */
export type Report = (level: 'INFO' | 'WARN', message: string, fields: Readonly<Record<string, unknown>>) => void;

/**
 * One instance of the authorizer function. What is refused, answered from a copy, or writes its use is in the log always; what
 * only repeats it with `logsEveryDecision`, as a line costs as much as the rest of a decision. It answers every decision with a
 * policy document, and throws for an outage, so that API Gateway answers AUTHORIZER_FAILURE (a 5xx) and nobody takes it for a wrong credential.
 */
export const authorizer = (
  ports: Ports,
  report: Report,
  logsEveryDecision: boolean,
): ((event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>) => {
  const memory = new InstanceMemory(memoryLimits);
  return async (event) => {
    const verdict: Verdict = isPlain(event)
      ? await authorize(ports, memory, presentedIn(event))
      : { kind: 'refused', code: 'PATH_INVALID' };
    if (logsEveryDecision || isNews(verdict)) report('INFO', 'Policy check.', lineOf(verdict, event));
    return policyFor(verdict, event.methodArn);
  };
};

const isNews = (verdict: Verdict): boolean => verdict.kind === 'refused' || verdict.isStale || verdict.isRecorded;

const lineOf = (verdict: Verdict, { requestContext }: APIGatewayRequestAuthorizerEvent) => {
  const { kind, gatewayId, kitId, credentialId } = verdict;
  return {
    requestId: requestContext.requestId,
    verdict: kind === 'accepted' ? 'ACCEPTED' : verdict.code,
    gatewayId,
    kitId,
    credentialId,
    ...(kind === 'accepted' ? { isStale: verdict.isStale, isProbe: verdict.isProbe } : {}),
  };
};
