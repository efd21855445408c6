import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Grant } from './rotation-function.ts';

/** The key that signs evidence records. It is kept when the stack goes: auditors compare with its public half. */
export class EvidenceKey extends Construct {
  private readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Signs the evidence records of rotations.',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** By which its public half is asked for. */
  get keyArn(): string {
    return this.key.keyArn;
  }

  /** On the key itself. */
  on(...operations: readonly ('GetPublicKey' | 'Sign')[]): Grant {
    return (to) => {
      to.allow(
        operations.map((operation) => `kms:${operation}`),
        [this.key.keyArn],
      );
      to.addEnvironment('EVIDENCE_KEY', this.key.keyArn);
    };
  }
}
