import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RotationFunction } from './rotation-function.ts';

/** The key that signs evidence records. It is kept when the stack goes: auditors compare with its public half. */
export class EvidenceKey extends Construct {
  private readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Signs the evidence records of rotations.',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get keyArn(): string {
    return this.key.keyArn;
  }

  /** To sign, and to tell the public half. */
  grantSign(to: RotationFunction): void {
    to.allow(['kms:Sign', 'kms:GetPublicKey'], [this.key.keyArn]);
    to.addEnvironment('EVIDENCE_KEY', this.key.keyArn);
  }
}
