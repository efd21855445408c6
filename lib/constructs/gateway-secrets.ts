import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { channelTagPrefix, secretTag, wordsOfTag } from '../../lambdas/domain/secret-tag.ts';
import { deploymentName } from './deployment-name.ts';
import type { Grant } from './rotation-function.ts';
import type { RotationKey } from './rotation-key.ts';

export type GatewaySecretsProps = {
  readonly key: RotationKey;
  /** The gateways whose PingOne credential is presented for requests of others. */
  readonly forwardedTo: readonly string[];
};

const prefix = `gateway-credential/${deploymentName}/`;

const tag = `aws:ResourceTag/${secretTag.key}`;

/**
 * A secret that a kit reads or that opens its management API: its owner lets us in by a tag that names the gateway or the kit.
 * A function serves all gateways, so that which of them is meant is looked at in code, before each call.
 */
const ofKit = { StringLike: { [tag]: '?*' }, StringNotEquals: { [tag]: wordsOfTag } };

/** A secret of a channel: its tag names the channel, alone or beside others. */
const ofChannel = { StringLike: { [tag]: [`${channelTagPrefix}?*`, `* ${channelTagPrefix}?*`] } };

const namedByOwner = 'The owners of kits name their secrets; the tag that they give one is what lets us in.';

/** The secrets of the gateways, which applying the registry creates, and the kits' own. */
export class GatewaySecrets extends Construct {
  private readonly key: RotationKey;
  private readonly secrets: string;
  private readonly anySecret: string;
  private readonly forwarded: readonly string[];

  constructor(scope: Construct, id: string, { key, forwardedTo }: GatewaySecretsProps) {
    super(scope, id);
    this.key = key;
    const arnOf = (resourceName: string): string =>
      Stack.of(this).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    this.secrets = arnOf(`${prefix}*`);
    this.anySecret = arnOf('*');
    this.forwarded = forwardedTo.map((gatewayId) => arnOf(`${prefix}${gatewayId}-??????`));
  }

  /** On the secrets of gateways, and as far as the operations need it on their key; who creates them is told which key that is. */
  onGateways(...operations: readonly Operation[]): Grant {
    return (to) => {
      to.allowWherever(
        calls(operations),
        this.secrets,
        'Gateways are registered while the stack stands; theirs are all below this name.',
      );
      if (operations.some((operation) => encrypting.has(operation))) this.key.grantEncryptDecrypt(to, 'secretsmanager');
      else if (operations.includes('GetSecretValue')) this.key.grantDecrypt(to, 'secretsmanager');
      if (!operations.includes('CreateSecret')) return;
      to.addEnvironment('SECRET_PREFIX', prefix);
      to.addEnvironment('SECRETS_KEY', this.key.key.keyArn);
    };
  }

  /** What the name of each begins with; the id of the gateway follows. */
  get prefix(): string {
    return prefix;
  }

  /** To read what is presented to PingOne: those secrets one by one, and none when no gateway forwards. */
  get ofForwarding(): Grant {
    return (to) => {
      to.addEnvironment('SECRET_PREFIX', prefix);
      for (const secret of this.forwarded)
        to.allowWherever(
          calls(['GetSecretValue']),
          secret,
          'Secrets Manager ends the ARN with six characters of its own.',
        );
      if (this.forwarded.length > 0) this.key.grantDecrypt(to, 'secretsmanager');
    };
  }

  /** To read what opens the channels by which people are told. */
  get ofChannels(): Grant {
    return (to) =>
      to.allowWherever(
        calls(['DescribeSecret', 'GetSecretValue']),
        this.anySecret,
        'Whoever sets up a channel names its secret; the tag that it is given lets us in.',
        ofChannel,
      );
  }

  /** On what kits read and what opens their management APIs. One under a key of its own: the key's policy has to name the role. */
  onKits(...operations: readonly ('GetSecretValue' | 'PutSecretValue')[]): Grant {
    return (to) => to.allowWherever(calls(['DescribeSecret', ...operations]), this.anySecret, namedByOwner, ofKit);
  }
}

type Operation =
  | 'CancelRotateSecret'
  | 'CreateSecret'
  | 'DescribeSecret'
  | 'GetSecretValue'
  | 'PutSecretValue'
  | 'RestoreSecret'
  | 'RotateSecret'
  | 'TagResource'
  | 'UpdateSecretVersionStage';

const encrypting: ReadonlySet<Operation> = new Set(['CreateSecret', 'PutSecretValue']);

const calls = (operations: readonly Operation[]): readonly string[] =>
  operations.map((operation) => `secretsmanager:${operation}`);
