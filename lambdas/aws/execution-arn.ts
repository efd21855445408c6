/** The ARN that an execution of that name has, known before it is started (Step Functions: ARNs of standard workflows). */
export const executionArnOf = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
