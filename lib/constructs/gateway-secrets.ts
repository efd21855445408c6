import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { secretTag } from '../../lambdas/domain/names.ts';
import type { RotationFunction } from './rotation-function.ts';
import type { RotationKey } from './rotation-key.ts';

export type GatewaySecretsProps = { readonly key: RotationKey };

const prefix = 'gateway-credential/';

/** A secret that a kit reads or that opens its management API: its owner lets us in by this tag. */
const ofKit = { StringEquals: { [`aws:ResourceTag/${secretTag.key}`]: secretTag.ofKit } };

const namedByOwner = 'The owners of kits name their secrets; the tag that they give one is what lets us in.';

/** The secrets of the gateways, which applying the registry creates, and the kits' own: who may do what with them. */
export class GatewaySecrets extends Construct {
  private readonly key: RotationKey;
  private readonly secrets: string;
  private readonly anySecret: string;

  constructor(scope: Construct, id: string, { key }: GatewaySecretsProps) {
    super(scope, id);
    this.key = key;
    const named = (resourceName: string): string =>
      Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    this.secrets = named(`${prefix}*`);
    this.anySecret = named('*');
  }

  /** To create a gateway's secret with its placeholder. */
  grantRegister(to: RotationFunction): void {
    this.allow(to, 'CreateSecret', 'DescribeSecret', 'RestoreSecret', 'TagResource');
    this.allow(to, 'RotateSecret', 'CancelRotateSecret');
    this.key.grantEncryptDecrypt(to, 'secretsmanager');
    to.addEnvironment('SECRET_PREFIX', prefix);
    to.addEnvironment('SECRETS_KEY', this.key.key.keyArn);
  }

  /** To put a new credential and make it current. */
  grantMint(to: RotationFunction): void {
    this.allow(to, 'DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage');
    this.key.grantEncryptDecrypt(to, 'secretsmanager');
  }

  /** To rotate as Secrets Manager's rotation function: it finds the gateway by the name of the secret. */
  grantRotate(to: RotationFunction): void {
    this.grantMint(to);
    to.addEnvironment('SECRET_PREFIX', prefix);
  }

  /** To see how a secret is described, its schedule for one; it reads no credential. */
  grantDescribe(to: RotationFunction): void {
    this.allow(to, 'DescribeSecret');
  }

  /** To read a credential. */
  grantRead(to: RotationFunction): void {
    this.allow(to, 'GetSecretValue');
    this.key.grantDecrypt(to, 'secretsmanager');
  }

  /** To read a credential, and to put its label on or take it off. */
  grantRelease(to: RotationFunction): void {
    this.allow(to, 'DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage');
    this.key.grantDecrypt(to, 'secretsmanager');
  }

  /** To read back what kits use, and what opens their management APIs. One under a key of its own: the key's policy has to name the role. */
  grantReadKitSecrets(to: RotationFunction): void {
    to.allowWherever(calls('GetSecretValue'), this.anySecret, namedByOwner, ofKit);
  }

  /** Besides, to put a new credential where kits read it. */
  grantKitSecrets(to: RotationFunction): void {
    to.allowWherever(calls('GetSecretValue', 'PutSecretValue'), this.anySecret, namedByOwner, ofKit);
  }

  private allow(to: RotationFunction, ...operations: readonly string[]): void {
    to.allowWherever(
      calls(...operations),
      this.secrets,
      'Gateways are registered while the stack stands; theirs are all below this name.',
    );
  }
}

const calls = (...operations: readonly string[]): readonly string[] =>
  operations.map((operation) => `secretsmanager:${operation}`);
