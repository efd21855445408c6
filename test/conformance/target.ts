import * as z from 'zod';

/** The implementations of AWS's services that the contracts are asked of; none of them is AWS. */
const elsewheres = ['DynamoDB Local', 'moto'] as const;
export type Elsewhere = (typeof elsewheres)[number];
export type Target = 'this machine' | Elsewhere;

/** What every SDK client of a contract is made with. */
export type ClientOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
};

const running = z.strictObject({ target: z.enum(elsewheres), endpoint: z.url(), functions: z.url().optional() });
/** An implementation that runs, as the environment names it to the tests. */
export type Running = z.infer<typeof running>;

export const variable = 'CONFORMANCE';
/** The implementation that this run asks; `undefined` is this machine. */
export const elsewhere: Running | undefined = process.env[variable]
  ? running.parse(JSON.parse(process.env[variable]))
  : undefined;

export const target: Target = elsewhere?.target ?? 'this machine';

/** How clients reach an implementation that does not look at signatures. */
export const optionsFor = ({ endpoint }: Pick<Running, 'endpoint'>): ClientOptions => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'any' },
  maxAttempts: 1,
});
