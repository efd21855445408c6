import { PolicyStatement, type ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Annotations, Aws, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RotationFunction } from './rotation-function.ts';

export type RotationKeyProps = {
  /** A key of the app's own; without one, it is made here. */
  readonly given: IKey | undefined;
};

/**
 * Lets a service of this account encrypt what it publishes with a key, and read what it encrypted. Warns at `scope` where the
 * key's policy is not the app's to change.
 */
export const letServiceUse = (scope: Construct, key: IKey, service: ServicePrincipal): void => {
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [service],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (!statementAdded)
    Annotations.of(scope).addWarningV2(
      'gateway-credential-rotation:key-policy',
      `The policy of the key has to let ${service.service} do kms:Decrypt and kms:GenerateDataKey*, or what it publishes is lost: an app cannot change the policy of a key that it did not make.`,
    );
};

/** The key of the gateway secrets and of the topics. Usable through these two services only, never directly. */
export class RotationKey extends Construct {
  readonly key: IKey;

  constructor(scope: Construct, id: string, { given }: RotationKeyProps) {
    super(scope, id);
    this.key =
      given ??
      new Key(this, 'Key', {
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

  private allowThrough(to: RotationFunction, service: string, actions: readonly string[]): void {
    to.allow(actions, [this.key.keyArn], {
      StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` },
    });
  }
}
