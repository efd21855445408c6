import { AwsError } from '../wire/service.ts';

/** The errors of Secrets Manager under the names and with the texts that AWS gives them; all of them are HTTP 400, even "not found". */
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', message);
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);
export const resourceExists = (message: string): AwsError => new AwsError('ResourceExistsException', message);
const resourceNotFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);

export const secretNotFound = (): AwsError => resourceNotFound("Secrets Manager can't find the specified secret.");

export const valueNotFound = (of: string): AwsError =>
  resourceNotFound(`Secrets Manager can't find the specified secret value for ${of}`);

export const markedForDeletion = (): AwsError =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");

/** The key of the secret is disabled, or cannot be used otherwise. */
export const decryptionFailure = (): AwsError =>
  new AwsError(
    'DecryptionFailure',
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  );
export const encryptionFailure = (): AwsError =>
  new AwsError(
    'EncryptionFailure',
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
  );

export const tokenInUse = (token: string, arn: string): AwsError =>
  resourceExists(
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );

export const previousRotationIncomplete = (): AwsError =>
  invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");

export const cannotInvoke = (): AwsError =>
  new AwsError(
    'AccessDeniedException',
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  );
