import * as z from 'zod';
import type { By } from '../domain/decision.ts';
import { TemporarilyUnavailable } from '../domain/failure.ts';

/** What CloudFormation sends to a custom resource's function (AWS CloudFormation user guide, "Custom resource request objects"). */
const request = z.looseObject({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.looseObject({ Protected: z.array(z.string()).default([]) }),
});
export type CustomResourceRequest = z.infer<typeof request>;

/** The request, or `undefined` when somebody else than CloudFormation calls. */
export const customResourceRequest = (event: unknown): CustomResourceRequest | undefined => {
  const parsed = request.safeParse(event);
  return parsed.success ? parsed.data : undefined;
};

/** Whoever may invoke the function can send such a request: the name in it is claimed. */
export const byCloudFormation = ({ StackId, RequestId }: CustomResourceRequest): By => ({
  actor: `claimed: cloudformation (request ${RequestId})`,
  reason: `deployment of ${StackId}`.slice(0, 256),
});

const longestReason = 1_000; // CloudFormation takes an answer of 4,096 bytes

/** Does the work and tells CloudFormation how it went; a failure is told, not thrown, because it would be waited for. Deleting does nothing. Throws TemporarilyUnavailable when the answer is not taken: Lambda calls again. */
export const answerCloudFormation = async (
  { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId, PhysicalResourceId }: CustomResourceRequest,
  work: () => Promise<unknown>,
  fetch: typeof globalThis.fetch,
): Promise<void> => {
  const failure =
    RequestType === 'Delete'
      ? undefined
      : await work().then(
          () => undefined,
          (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'),
        );
  const body = JSON.stringify({
    Status: failure === undefined ? 'SUCCESS' : 'FAILED',
    Reason: failure?.slice(0, longestReason) ?? 'gateways.json was applied.',
    PhysicalResourceId: PhysicalResourceId ?? 'gateways.json',
    StackId,
    RequestId,
    LogicalResourceId,
  });
  // Signed by S3 for exactly this header: an empty content type.
  const answer = await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
  if (!answer.ok) throw new TemporarilyUnavailable(`Answering CloudFormation: S3 answered HTTP ${answer.status}.`);
};
