import type { LambdaFunctionURLResult } from 'aws-lambda';
import { InputRefused } from './domain/failure.ts';
import { answerUrl, isOfUrl } from './operator/function-url.ts';
import { ownKits } from './operator/own-kits.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Lets owners look at their own kits and acknowledge them, through its IAM-authorised function URL alone: only there the caller is known. */
export const handler = lambda<unknown, LambdaFunctionURLResult>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'kits', 'news');
  return async (event, { invokedFunctionArn }) => {
    if (!isOfUrl(event, invokedFunctionArn))
      throw new InputRefused('This function is called through its URL only, where IAM says who calls.');
    return answerUrl(event, async (body, userArn) => ({
      status: 200,
      body: await ownKits(dependencies, body, userArn),
    }));
  };
});
