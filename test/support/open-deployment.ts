import { join } from 'node:path';
import { type Deployment, type DeploymentOptions, openDeployment } from '../../lib/local/deployment.ts';

/** The whole local deployment on free ports, in memory and silent, but for what a test says itself. */
export const openForTest = (
  options: Pick<DeploymentOptions, 'template' | 'registryFile' | 'timers'> & Partial<DeploymentOptions>,
): Promise<Deployment> =>
  openDeployment({
    projectFolder: join(import.meta.dirname, '..', '..'),
    dataFolder: undefined,
    address: '127.0.0.1',
    policyCheckPort: 0,
    awsPort: 0,
    tls: undefined,
    log: () => () => undefined,
    onPublish: () => undefined,
    onEvent: () => undefined,
    ...options,
  });
