import { join } from 'node:path';
import { type Deployment, type DeploymentOptions, openDeployment } from '../../lib/local/deployment.ts';
import type { Decided } from '../iam/evaluation/access.ts';
import { enforcing } from '../iam/evaluation/enforcing.ts';
import type { Grant } from '../iam/evaluation/grants.ts';

/** A deployment in which the policies of the template decide about every call, and all that they grant. */
export type EnforcedDeployment = Deployment & { readonly grants: readonly Grant[] };

type Given = Pick<DeploymentOptions, 'template' | 'registryFile' | 'timers'> &
  Partial<Omit<DeploymentOptions, 'access'>> & {
    /** Told of every decision by the policies of the template. */
    readonly onDecision?: (decided: Decided) => void;
    /** As whom the person at this machine acts; by default as the administrator. */
    readonly actsAs?: (() => string | undefined) | undefined;
  };

/** The whole local deployment on free ports, in memory and silent, but for what a test says itself; its policies are enforced. */
export const openForTest = async ({ onDecision, actsAs, ...options }: Given): Promise<EnforcedDeployment> => {
  const log = options.log ?? (() => () => undefined);
  const enforced = enforcing((decided) => {
    onDecision?.(decided);
    const { caller, isAllowed, because, question } = decided;
    if (!isAllowed) log(caller)('WARN', `Refused ${question.action} on ${question.resource} ${because}.`);
  }, actsAs);
  const deployment = await openDeployment({
    projectFolder: join(import.meta.dirname, '..', '..'),
    dataFolder: undefined,
    address: '127.0.0.1',
    policyCheckPort: 0,
    awsPort: 0,
    tls: undefined,
    onPublish: () => undefined,
    onEvent: () => undefined,
    ...options,
    log,
    access: enforced.access,
  });
  return { ...deployment, grants: enforced.grants() };
};
