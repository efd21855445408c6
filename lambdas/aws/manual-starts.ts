import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Plan } from '../domain/plan.ts';
import type { ManualStarts, Plans } from '../ports.ts';
import { executionArn, startExecution } from './executions.ts';
import { callAws, ifPresent, services } from './sdk-errors.ts';

/** The plans of one state machine. */
export const plansOf = (stepFunctions: SFNClient, stateMachineArn: string): Plans => ({
  of: async (name) => {
    const describe = new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, name) });
    const found = await ifPresent(callAws(services.stepFunctions, 'Asking for a plan', stepFunctions.send(describe)));
    if (!found) return undefined;
    const { status, output } = found;
    if (status === 'RUNNING') return { status };
    const { plan } = JSON.parse(output ?? '{}') as { plan?: Plan };
    return status === 'SUCCEEDED' && plan ? { status: 'READY', plan } : { status: 'FAILED' };
  },
});

/** The starts of one state machine. */
export const manualStartsOf = (stepFunctions: SFNClient, stateMachineArn: string): ManualStarts => ({
  arnOf: (name) => executionArn(stateMachineArn, name),
  start: (name, input) => startExecution(stepFunctions, stateMachineArn, name, input),
});
