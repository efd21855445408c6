import type { Service } from './contract.ts';
import type { Place } from './place.ts';

/** A clause that an implementation does not keep, what is seen of it there, and why that is accepted. */
export type Difference = {
  readonly service: Service;
  readonly clause: string;
  readonly at: Place;
  /** The failure of the clause: its name and message, and what was there in place of what it expects. */
  readonly saw: RegExp;
  readonly reason: string;
};

/** Every difference that is known. One that is not listed fails the run, and so does one that is no longer there. */
export const differences: readonly Difference[] = [
  {
    service: 'dynamodb',
    clause: 'a refused write answers the item that was there when it is asked to',
    at: 'this machine',
    saw: /Item: undefined/,
    reason: 'dynalite does not know ReturnValuesOnConditionCheckFailure, and nothing here asks for it',
  },
  {
    service: 'secretsmanager',
    clause: 'a label taken off its version leaves one that is read by its id and no longer described',
    at: 'moto',
    saw: /'00000000-0000-4000-8000-000000000002': \[\]/,
    reason: 'moto describes versions without labels too; DescribeSecret is documented to list those that have labels',
  },
  {
    service: 'secretsmanager',
    clause: 'deprecated versions are listed only when they are asked for',
    at: 'moto',
    saw: /000000000002/,
    reason: 'moto lists deprecated versions always; ListSecretVersionIds has IncludeDeprecated for them',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses a value of more than 64 KiB, and its error does not repeat the value',
    at: 'moto',
    saw: /VersionStages: \[ 'AWSCURRENT' \]/,
    reason: 'moto has no limit of size; PutSecretValue documents 65,536 bytes',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses to remove AWSCURRENT altogether',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto leaves a secret without AWSCURRENT; UpdateSecretVersionStage moves it and does not take it away',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses the 21st label of a secret and changes nothing',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto has no limit of labels; the quotas page of Secrets Manager names 20',
  },
  {
    service: 'secretsmanager',
    clause: 'what is not found is HTTP 400',
    at: 'moto',
    saw: /httpStatusCode: 404/,
    reason: 'moto answers 404; the API reference says HTTP Status Code: 400',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses a name with other characters than AWS allows',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto takes any name; CreateSecret documents letters, digits and /_+=.@-',
  },
  {
    service: 'secretsmanager',
    clause: 'a description says on which day the value was last read',
    at: 'moto',
    saw: /undefined/,
    reason: 'moto does not keep the day of the last read',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses to rotate a secret that has no rotation function',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto rotates without a function; InvalidRequestException is documented for a secret that has none',
  },
  {
    service: 'secretsmanager',
    clause: 'refuses to put a value into, or to create again, a secret that is marked for deletion',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto takes both; InvalidRequestException is documented for a secret scheduled for deletion',
  },
  {
    service: 'secretsmanager',
    clause: 'says which secret, label or version it did not find',
    at: 'moto',
    saw: /find the specified secret\./,
    reason: 'moto says the secret is missing when the label is',
  },
  {
    service: 'dynamodb',
    clause: 'refuses values and names that no expression uses, and expressions of what is not given',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto takes a condition on a value that was not given',
  },
  {
    service: 'dynamodb',
    clause: 'refuses a consistent read of an index, and a query of an index that is not there',
    at: 'moto',
    saw: /ResourceNotFoundException/,
    reason: 'moto has another name for a missing index; DynamoDB and DynamoDB Local answer ValidationException',
  },
  {
    service: 'sns',
    clause: 'refuses to publish to a topic that is not there',
    at: 'moto',
    saw: /Endpoint does not exist/,
    reason: 'moto words it as for an endpoint of a device',
  },
  {
    service: 'sns',
    clause: 'refuses an empty message',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto takes it; Publish documents InvalidParameter for an empty message',
  },
  {
    service: 'sns',
    clause: 'refuses a subject of two lines',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto looks at the length only; Publish documents that a subject has no line breaks',
  },
  {
    service: 'sns',
    clause: 'refuses a structured message without a default',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto does not read it; Publish documents a top-level key "default"',
  },
  {
    service: 'events',
    clause: 'an entry whose detail is no JSON object fails alone',
    at: 'moto',
    saw: /undefined/,
    reason: 'moto takes any JSON; the detail of an event is a JSON object',
  },
  {
    service: 'events',
    clause: 'an entry in the name of an AWS service fails alone',
    at: 'moto',
    saw: /undefined/,
    reason: 'moto takes it; sources that begin with aws. are those of AWS',
  },
  {
    service: 'events',
    clause: 'an event for a bus that is not there is taken, and gone',
    at: 'moto',
    saw: /ResourceNotFoundException/,
    reason: 'moto refuses the whole request; AWS takes it (github.com/aws/aws-sdk/issues/186)',
  },
  {
    service: 'events',
    clause: 'refuses no entries, and more than ten',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto takes none; PutEvents documents at least one entry',
  },
  {
    service: 'events',
    clause: 'refuses a request of more than 256 KiB',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto has no limit of size',
  },
  {
    service: 'iam',
    clause: 'what no statement allows is refused, and the message names the caller and the action',
    at: 'moto',
    saw: /SyntaxError/,
    reason: 'moto refuses in XML whatever protocol the service speaks',
  },
  {
    service: 'iam',
    clause: 'a refusal of DynamoDB is HTTP 400',
    at: 'moto',
    saw: /httpStatusCode: 403/,
    reason: 'moto answers 403 for every service; the errors of DynamoDB are 400',
  },
  {
    service: 'iam',
    clause: 'the names of actions are not case-sensitive',
    at: 'moto',
    saw: /refused/,
    reason: 'moto compares them as they are written; IAM says that they are not case-sensitive',
  },
  {
    service: 'iam',
    clause: 'a statement for a resource allows what it names',
    at: 'moto',
    saw: /refused/,
    reason: 'moto does not know which resource a call of DynamoDB is for',
  },
  {
    service: 'iam',
    clause: 'a statement whose condition does not hold allows nothing',
    at: 'moto',
    saw: /ResourceNotFoundException/,
    reason: 'moto evaluates conditions of trust policies only',
  },
  {
    service: 'kms',
    clause: 'a public key says its kind',
    at: 'moto',
    saw: /undefined/,
    reason: 'moto leaves KeySpec out',
  },
  {
    service: 'kms',
    clause: 'takes a message of 4,096 bytes, and refuses a longer one',
    at: 'moto',
    saw: /resolved/,
    reason: 'moto has no limit of size; Sign documents 4,096 bytes',
  },
  {
    service: 'kms',
    clause: 'refuses to sign with a key that encrypts',
    at: 'moto',
    saw: /ValidationException/,
    reason: 'moto has another name; Sign documents InvalidKeyUsageException',
  },
];
