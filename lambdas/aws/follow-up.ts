import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { FollowUp } from '../ports.ts';
import { onFirstCall } from './on-first-call.ts';
import { callAws, services } from './sdk-errors.ts';

type Sdk = typeof import('@aws-sdk/client-lambda');

/** Hands a press on to the reconciler's function, which is invoked asynchronously. Its SDK is loaded while the press is still being decided. */
export const followUpBy = (functionArn: string, open: (sdk: Sdk) => LambdaClient): FollowUp => {
  const lambda = onFirstCall(() => import('@aws-sdk/client-lambda'), open);
  lambda().catch(() => undefined); // who needs it meets it again
  return async (press) => {
    const { sdk, client } = await lambda();
    const invoke = new sdk.InvokeCommand({
      FunctionName: functionArn,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify({ press })),
    });
    await callAws(services.lambda, `Handing on the press of gateway ${press.gatewayId}`, client.send(invoke));
  };
};
