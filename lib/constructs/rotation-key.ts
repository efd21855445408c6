import { PolicyStatement, type ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Aws, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RotationFunction } from './rotation-function.ts';

/** The key of the gateway secrets and of the topics. Usable through these two services only, never directly. */
export class RotationKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Encrypts gateway credentials and messages to owners and operators.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // without it every stored credential is lost
    });
  }

  /** To read what the service has encrypted. */
  grantDecrypt(to: RotationFunction, service: 'secretsmanager' | 'sns'): void {
    this.allowThrough(to, service, ['kms:Decrypt']);
  }

  /** To have the service encrypt, and read again. */
  grantEncryptDecrypt(to: RotationFunction, service: 'secretsmanager' | 'sns'): void {
    this.allowThrough(to, service, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }

  /** To have a service of this account encrypt what it publishes, and read what it encrypted. */
  allowService(service: ServicePrincipal): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [service],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }

  private allowThrough(to: RotationFunction, service: string, actions: readonly string[]): void {
    to.allow(actions, [this.key.keyArn], {
      StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` },
    });
  }
}
