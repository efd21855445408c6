/** The alias by which a function was invoked, of the ARN in its context; `undefined` for the function itself. */
export const aliasIn = (invokedFunctionArn: string): string | undefined => invokedFunctionArn.split(':')[7]; // after arn:aws:lambda:<region>:<account>:function:<name>
