import type { Settings } from '../../lib/constructs/settings.ts';
import { forwarding } from './synthesised.ts';

const choices = {
  gateways: forwarding,
  operatorsEmail: 'on-call@example.com',
  authorizeProvisioned: 2,
  firewall: true,
  compromisePrincipals: ['111122223333'],
  subnetIds: ['subnet-0a1b2c3d'],
  securityGroupIds: ['sg-0a1b2c3d'],
};

/** Settings that between them make every resource that a deployment can have. */
export const deployments: Readonly<Record<string, Partial<Settings>>> = {
  'with every default': {},
  'with every choice and a name of your own': {
    ...choices,
    domainName: 'policy-check.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b',
  },
  'with every choice and a private endpoint': { ...choices, privateEndpointIds: ['vpce-0a1b2c3d'] },
};
