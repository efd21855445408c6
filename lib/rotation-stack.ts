import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PolicyCheck } from './constructs/policy-check.ts';
import type { Settings } from './constructs/settings.ts';
import { GatewayCredentialRotation } from './gateway-credential-rotation.ts';

/** The stack of `npx cdk deploy`: the construct alone. Its id is the one that CDK leaves out of logical ids, which are those of earlier versions. */
export class RotationStack extends Stack {
  readonly policyCheck: PolicyCheck;

  constructor(scope: Construct, id: string, { stackName: _, ...settings }: Settings) {
    const description = 'Gateway Credential Rotation: create, distribute, verify, revoke.';
    super(scope, id, { description, terminationProtection: true });
    this.policyCheck = new GatewayCredentialRotation(this, 'Default', settings).policyCheck;
  }
}
