import { readFile } from 'node:fs/promises';
import { type ApplyEvent, type ApplyResult, applyEvent, applyFile, applyWhole } from './registry/apply-file.ts';
import { answerCloudFormation, byCloudFormation, customResourceRequest } from './registry/custom-resource.ts';
import { variables } from './runtime/environment.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/**
 * Applies the file that REGISTRY_FILE names (gateways.json beside the code): for CloudFormation as the function of a custom
 * resource whose properties are the file's hash and the tables to protect from deletion (Delete does nothing), and by hand with
 * `{"plan"?: boolean, "actor"?, "reason"?}`, then also with another `registry`, the content of such a file, or the same packed as `registryGzip`. Demo gateways are
 * passed over unless DEMO_GATEWAYS is `apply`.
 */
export const handler = lambda<unknown, ApplyResult | undefined>((runtime) => {
  const dependencies = provide(
    runtime,
    'gateways',
    'kits',
    'gatewaySecrets',
    'secretPrefix',
    'executions',
    'home',
    'protectTables',
    'kitReach',
    'notifyOwner',
    'news',
  );
  const { REGISTRY_FILE: path } = variables(runtime.environment, 'REGISTRY_FILE');
  const withDemo = runtime.environment.DEMO_GATEWAYS === 'apply';
  const file = () => readFile(path, 'utf8');
  const apply = async ({ text, ...asked }: ApplyEvent): Promise<ApplyResult> =>
    applyFile(dependencies, text ?? (await file()), asked, withDemo);
  return async (event, { awsRequestId }) => {
    const request = customResourceRequest(event);
    if (!request) return apply(applyEvent(event, awsRequestId));
    const work = async () => {
      await applyWhole(dependencies, await file(), byCloudFormation(request), withDemo);
      await dependencies.protectTables(request.ResourceProperties.Protected); // last: a deployment that fails before can be rolled back
    };
    await answerCloudFormation(request, work, fetch);
    return undefined;
  };
});
