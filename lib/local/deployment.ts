import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readAudit } from '../../lambdas/aws/audit.ts';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { publishTo } from '../../lambdas/aws/publish-events.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import { isGatewayId } from '../../lambdas/domain/ids.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { accountId, region } from '../emulator/account.ts';
import {
  NotPermitted,
  type PolicyCheckServer,
  type PolicyCheckServerOptions,
  startPolicyCheckServer,
} from '../emulator/api-gateway/api-gateway.ts';
import type { LambdaOutcome } from '../emulator/lambda/outcome.ts';
import { holdPort } from '../emulator/wire/held-port.ts';
import { type Cloud, type CloudOptions, openCloud } from './cloud.ts';
import { functionNameOf } from './names.ts';
import type { Stores } from './snapshot.ts';

/** What the cloud needs, and where the policy check listens. */
export type DeploymentOptions = Omit<CloudOptions, 'policyCheckUrl'> & {
  readonly address: string;
  readonly policyCheckPort: number;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
};

/** The whole system on this machine. */
export type Deployment = {
  readonly cloud: Cloud;
  /** Where kits on other machines ask. */
  readonly policyCheckUrl: string;
  /** Where this machine asks: the same, unless that one has a certificate, which is made out to another name. */
  readonly loopbackUrl: string;
  /** The operator's view of the stores, and his clients. */
  readonly stores: Stores;
  readonly stepFunctions: SFNClient;
  readonly secretsManager: SecretsManagerClient;
  /** Calls a function and returns its result; rejects with its error's name and message. */
  call(functionName: string, event: unknown): Promise<unknown>;
  close(): Promise<void>;
};

/** What a function has returned; throws its error, by its name. */
const resultOf = (outcome: LambdaOutcome): unknown => {
  if (outcome.isOk) return JSON.parse(outcome.payload);
  throw Object.assign(new Error(outcome.errorMessage), { name: outcome.errorType });
};

/** Opens the AWS endpoint, the functions and the policy check. Rejects when a port is taken or the data cannot be read. */
export const openDeployment = async (options: DeploymentOptions): Promise<Deployment> => {
  const { template, timers, address, tls } = options;
  const outer = await holdPort(address, options.policyCheckPort);
  const host = address.includes(':') ? `[${address}]` : address;
  const policyCheckUrl = `${tls ? 'https' : 'http'}://${host}:${outer.port}`;
  const inner = tls ? await holdPort('127.0.0.1', 0) : undefined;
  const loopbackUrl = inner ? `http://127.0.0.1:${inner.port}` : policyCheckUrl;
  const cloud = await openCloud({ ...options, policyCheckUrl: loopbackUrl }).catch((error: unknown) => {
    outer.release();
    inner?.release();
    throw error;
  });
  const call = async (functionName: string, event: unknown): Promise<unknown> =>
    resultOf(await cloud.invoke(functionName, event));
  const functionNames = new Map(
    Object.entries(template.Resources).flatMap(([logicalId, { Metadata }]) =>
      typeof Metadata?.source === 'string' ? [[logicalId, functionNameOf(Metadata.source)] as const] : [],
    ),
  );
  const servers: PolicyCheckServer[] = [];
  const listen = async (place: Pick<PolicyCheckServerOptions, 'address' | 'port' | 'tls'>): Promise<void> => {
    const invoke: PolicyCheckServerOptions['invoke'] = async (logicalId, event, sourceArn) => {
      const name = functionNames.get(logicalId) ?? '';
      if (!(await cloud.mayInvoke('apigateway.amazonaws.com', name, sourceArn)))
        throw new NotPermitted(`API Gateway may not invoke ${name} for ${sourceArn}.`);
      return resultOf(await cloud.invokeWithOwn(name, event));
    };
    servers.push(
      await startPolicyCheckServer({
        template,
        invoke,
        isParameter: isGatewayId,
        region,
        accountId,
        now: timers.now,
        ...place,
      }),
    );
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    await cloud.close();
  };
  try {
    await listen({ address, port: outer, ...(tls ? { tls } : {}) });
    if (inner) await listen({ address: '127.0.0.1', port: inner });
  } catch (error) {
    await close();
    throw error;
  }

  const settings = clientSettings(cloud.ofOperator);
  const dynamodb = new DynamoDBClient(settings);
  const events = new EventBridgeClient(settings);
  const stepFunctions = new SFNClient(settings);
  const secretsManager = new SecretsManagerClient(settings);
  const { gatewaysTable, useTable, eventBus } = cloud.outputs;
  const gateways = gatewaysIn(dynamodb, gatewaysTable, publishTo(events, eventBus), timers.now);
  // Nothing runs yet: what ran before ended with its process, and the reconciler goes on with it.
  for await (const gatewayId of gateways.list()) await gateways.apply(gatewayId, { kind: 'watch-again' });
  return {
    cloud,
    policyCheckUrl,
    loopbackUrl,
    stores: {
      gateways,
      kits: kitsIn(dynamodb, gatewaysTable),
      uses: usesIn(dynamodb, useTable),
      audit: (gatewayId, fromRevision) => readAudit(dynamodb, gatewaysTable, gatewayId, fromRevision),
      now: timers.now,
    },
    stepFunctions,
    secretsManager,
    call,
    close: async () => {
      await close();
      for (const client of [dynamodb, events, stepFunctions, secretsManager]) client.destroy();
    },
  };
};
