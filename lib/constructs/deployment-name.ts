import { Aws, Fn } from 'aws-cdk-lib/core';

const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID)); // arn:…:stack/<name>/<uuid>

/**
 * What this deployment is called where a whole account and region shares the names: the stack's name and the beginning of its
 * id. No other stack has it, and neither has a later one of the same name: what the first has left behind is in nobody's way.
 */
export const deploymentName = `${Aws.STACK_NAME}-${Fn.select(0, Fn.split('-', stackUuid))}`;
