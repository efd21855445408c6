import type { Service } from './contract.ts';
import type { Target } from './target.ts';

/** A clause that an implementation does not keep, what is seen of it there, and why that is accepted. */
export type Difference = {
  readonly at: Target;
  readonly service: Service;
  readonly clause: string;
  /** The failure of the clause: its name and message, and what was there in place of what it expects. */
  readonly saw: RegExp;
  readonly reason: string;
};

/** The differences of one implementation in one contract: each clause with what is seen of it, and the reason. */
const at = (target: Target, service: Service, clauses: Readonly<Record<string, readonly [RegExp, string]>>) =>
  Object.entries(clauses).map(([clause, [saw, reason]]): Difference => ({ at: target, service, clause, saw, reason }));

/** Every difference that is known. One that is not listed fails the run, and so does one that is no longer there. */
export const differences: readonly Difference[] = [
  ...at('this machine', 'dynamodb', {
    'a refused write answers the item that was there when it is asked to': [
      /Item: undefined/,
      'dynalite does not know ReturnValuesOnConditionCheckFailure, and nothing here asks for it',
    ],
  }),
  ...at('moto', 'cloudfront', {
    'an update gives another ETag, and the one before does not hold any more': [
      /not to be/,
      'moto keeps the ETag and takes any; UpdateDistribution documents PreconditionFailed, HTTP 412',
    ],
    'refuses a function that is no numbered version': [
      /resolved/,
      'moto does not look at functions; UpdateDistribution documents InvalidLambdaFunctionAssociation',
    ],
  }),
  ...at('moto', 'dynamodb', {
    'refuses values and names that no expression uses, and expressions of what is not given': [
      /resolved/,
      'moto takes a condition on a value that was not given',
    ],
    'refuses a consistent read of an index, and a query of an index that is not there': [
      /ResourceNotFoundException/,
      'moto has another name for a missing index; DynamoDB and DynamoDB Local answer ValidationException',
    ],
  }),
  ...at('moto', 'events', {
    'an entry whose detail is no JSON object fails alone': [
      /undefined/,
      'moto takes any JSON; the detail of an event is a JSON object',
    ],
    'an entry in the name of an AWS service fails alone': [
      /undefined/,
      'moto takes it; sources that begin with aws. are those of AWS',
    ],
    'an event for a bus that is not there is taken, and gone': [
      /ResourceNotFoundException/,
      'moto refuses the whole request; AWS takes it (github.com/aws/aws-sdk/issues/186)',
    ],
    'refuses no entries, and more than ten': [/resolved/, 'moto takes none; PutEvents documents at least one entry'],
    'refuses a request of more than 256 KiB': [/resolved/, 'moto has no limit of size'],
  }),
  ...at('moto', 'iam', {
    'what no statement allows is refused, and the message names the caller and the action': [
      /SyntaxError/,
      'moto refuses in XML whatever protocol the service speaks',
    ],
    'a refusal of DynamoDB is HTTP 400': [
      /httpStatusCode: 403/,
      'moto answers 403 for every service; the errors of DynamoDB are 400',
    ],
    'the names of actions are not case-sensitive': [
      /refused/,
      'moto compares them as they are written; IAM says that they are not case-sensitive',
    ],
    'a statement for a resource allows what it names': [
      /refused/,
      'moto does not know which resource a call of DynamoDB is for',
    ],
    'a statement whose condition does not hold allows nothing': [
      /ResourceNotFoundException/,
      'moto evaluates conditions of trust policies only',
    ],
  }),
  ...at('moto', 'kms', {
    'a disabled key does not sign, and does again when it is enabled': [
      /SyntaxError/,
      'moto fails with 500 when the key is named by its ARN; DisableKey documents id and ARN',
    ],
    'a public key says its kind': [/undefined/, 'moto leaves KeySpec out'],
    'takes a message of 4,096 bytes, and refuses a longer one': [
      /resolved/,
      'moto has no limit of size; Sign documents 4,096 bytes',
    ],
    'refuses to sign with a key that encrypts': [
      /ValidationException/,
      'moto has another name; Sign documents InvalidKeyUsageException',
    ],
  }),
  ...at('moto', 'secretsmanager', {
    'a label taken off its version leaves one that is read by its id and no longer described': [
      /'00000000-0000-4000-8000-000000000002': \[\]/,
      'moto describes versions without labels too; DescribeSecret is documented to list those that have labels',
    ],
    'deprecated versions are listed only when they are asked for': [
      /000000000002/,
      'moto lists deprecated versions always; ListSecretVersionIds has IncludeDeprecated for them',
    ],
    'refuses a value of more than 64 KiB, and its error does not repeat the value': [
      /VersionStages: \[ 'AWSCURRENT' \]/,
      'moto has no limit of size; PutSecretValue documents 65,536 bytes',
    ],
    'refuses to remove AWSCURRENT altogether': [
      /resolved/,
      'moto leaves a secret without AWSCURRENT; UpdateSecretVersionStage moves it and does not take it away',
    ],
    'refuses the 21st label of a secret and changes nothing': [
      /resolved/,
      'moto has no limit of labels; the quotas page of Secrets Manager names 20',
    ],
    'what is not found is HTTP 400': [
      /httpStatusCode: 404/,
      'moto answers 404; the API reference says HTTP Status Code: 400',
    ],
    'refuses a name with other characters than AWS allows': [
      /resolved/,
      'moto takes any name; CreateSecret documents letters, digits and /_+=.@-',
    ],
    'a description says on which day the value was last read': [
      /undefined/,
      'moto does not keep the day of the last read',
    ],
    'refuses to rotate a secret that has no rotation function': [
      /resolved/,
      'moto rotates without a function; InvalidRequestException is documented for a secret that has none',
    ],
    'refuses to put a value into, or to create again, a secret that is marked for deletion': [
      /resolved/,
      'moto takes both; InvalidRequestException is documented for a secret scheduled for deletion',
    ],
    'says which secret, label or version it did not find': [
      /find the specified secret\./,
      'moto says the secret is missing when the label is',
    ],
  }),
  ...at('moto', 'sns', {
    'refuses to publish to a topic that is not there': [
      /Endpoint does not exist/,
      'moto words it as for an endpoint of a device',
    ],
    'refuses an empty message': [/resolved/, 'moto takes it; Publish documents InvalidParameter for an empty message'],
    'refuses a subject of two lines': [
      /resolved/,
      'moto looks at the length only; Publish documents that a subject has no line breaks',
    ],
    'refuses a structured message without a default': [
      /resolved/,
      'moto does not read it; Publish documents a top-level key "default"',
    ],
  }),
  ...at('moto', 'states: Choice', {
    '{"StringMatches":"log-?.txt"} of "log-a.txt" is false': [
      /output: true/,
      'moto takes ? for any character; StringMatches has * only',
    ],
    '{"StringMatches":"a\\\\*b"} of "a*b" is true': [/output: false/, 'moto does not know the escaped *'],
    '{"TimestampEquals":"2026-01-01T00:00:00Z"} of "2026-01-01T01:00:00+01:00" is true': [
      /output: false/,
      'moto reads timestamps in UTC without a fraction only; they are those of RFC 3339',
    ],
    '{"TimestampLessThan":"2026-01-01T00:00:01.5Z"} of "2026-01-01T00:00:00Z" is true': [
      /TypeError/,
      'moto reads timestamps in UTC without a fraction only; they are those of RFC 3339',
    ],
    '{"TimestampGreaterThanPath":"$.early"} of "2026-01-01T00:00:01.5Z" is true': [
      /output: false/,
      'moto reads timestamps in UTC without a fraction only; they are those of RFC 3339',
    ],
    '{"TimestampGreaterThanEquals":"2026-01-01T00:00:01.5Z"} of "2026-01-01T00:00:00Z" is false': [
      /TypeError/,
      'moto reads timestamps in UTC without a fraction only; they are those of RFC 3339',
    ],
    'refuses a variable that is missing': [
      /output: false/,
      'moto takes the Default; Step Functions fails on a path to nothing',
    ],
    'refuses to go on when no rule holds and there is no Default': [
      /States.Runtime/,
      'moto has no States.NoChoiceMatched',
    ],
  }),
  ...at('moto', 'states: data', {
    'a filter may match nothing': [
      /States.Runtime/,
      'moto does not find nothing; an indefinite path is a list, which may be empty',
    ],
    'Pass answers a text': [/notJson: 'text'/, 'moto answers an output that is text without its quotes'],
    'a path indexes arrays': [/n: \[ 7 \]/, 'moto takes a path with an index for an indefinite one'],
    "States.Format('a \\'b\\' \\{\\} (c, {}', $.n)": [
      /SUCCEEDED/,
      'moto does not know escaped characters in texts of intrinsic functions',
    ],
    "States.Array(1, 'two', null, true, $.n)": [/SUCCEEDED/, 'moto leaves null out'],
    'States.Base64Encode($.a)': [/UnicodeEncodeError/, 'moto encodes ASCII only'],
    'States.Base64Decode($.a)': [/UnicodeDecodeError/, 'moto decodes ASCII only'],
    'refuses an indefinite path below nothing': [/SUCCEEDED/, 'moto finds an empty list where there is no list'],
    'refuses a ResultPath into text': [/States.Runtime/, 'moto has no States.ResultPathMatchFailure'],
    'refuses a Format with too few values': [/States.Runtime/, 'moto has no States.IntrinsicFailure'],
    'refuses an index beyond the array': [/States.Runtime/, 'moto has no States.IntrinsicFailure'],
    'refuses text that is not JSON': [/States.Runtime/, 'moto has no States.IntrinsicFailure'],
  }),
  ...at('moto', 'states: errors', {
    'a Task fails with Lambda.ResourceNotFoundException when there is no such function': [
      /error: 'Exception'/,
      'moto calls every refusal of Lambda Exception; the error of a Task is the service with the name of its exception',
    ],
    'States.Runtime is not even caught by its name': [/error: 'Exception'/, 'moto has another name for it'],
    'States.Runtime is not caught by States.ALL': [
      /SUCCEEDED/,
      'moto catches it; States.ALL is documented not to catch States.Runtime',
    ],
    'States.DataLimitExceeded is not caught by States.ALL': [
      /SUCCEEDED/,
      'moto catches it; States.ALL is documented not to catch States.DataLimitExceeded',
    ],
  }),
  ...at('moto', 'states: Map', {
    'a Map refuses items that are no array': [/States.QueryEvaluationError/, 'moto has the name of JSONata for it'],
  }),
  ...at('moto', 'states', {
    'names an execution itself, and takes no input for {}': [/undefined/, 'moto gives a name to none'],
    'refuses names that are too long, empty or have other characters': [/resolved/, 'moto takes an empty name'],
    'refuses an input that is not JSON': [/TypeError/, 'moto refuses it without saying by which error'],
    'refuses an input of more than 256 KiB': [/resolved/, 'moto has no limit of size'],
    'a stopped execution is ABORTED, with error and cause': [/undefined/, 'moto does not say when it stopped'],
    'the history of an execution names its states, with and without their data': [
      /a\\?": 1/,
      'moto writes JSON with spaces in some events and without them in others',
    ],
    'a history is answered in pages, from either end': [
      /\b1,\s+2,/,
      'moto answers every event at once, the first first',
    ],
  }),
  ...at('moto', 'ssm', {
    'a SecureString that is not decrypted does not show its value, in its history neither': [
      /not to contain 'first'/,
      'moto encrypts nothing, and shows the value behind the name of its key',
    ],
    'refuses to make another type of a parameter': [
      /resolved/,
      'moto takes it; PutParameter documents HierarchyTypeMismatchException',
    ],
    'refuses names that are not fully qualified, and those of AWS': [
      /resolved/,
      'moto takes a name with a slash inside and none before it',
    ],
    'a SecureString that is written without a key gets the default one': [
      /alias\/kits/,
      'moto keeps the key; PutParameter documents the default key of the account for a request without one',
    ],
    'refuses more than 4 KB in the standard tier and more than 8 KB in the advanced one': [
      /resolved/,
      'moto has no limit of size',
    ],
    'refuses to take a parameter back from the advanced tier': [
      /resolved/,
      'moto takes it; PutParameter documents that it cannot be done',
    ],
    'refuses a value that the pattern of the request does not allow': [/resolved/, 'moto does not look at the pattern'],
  }),
  ...at('moto', 'sts', {
    'refuses a session whose name is too long or has other characters': [/resolved/, 'moto looks at the length only'],
    'refuses a session that is shorter than 15 minutes or longer than 12 hours': [/resolved/, 'moto has no limits'],
    'refuses a session policy that is no JSON': [/resolved/, 'moto does not look at the policy'],
    'refuses a session policy of more than 2048 characters': [/resolved/, 'moto does not look at the policy'],
  }),
];
