declare module 'asl-validator' {
  /** Checks a definition against the schema of Amazon States Language. */
  export default function validate(definition: unknown): { isValid: boolean; errors: unknown[] };
}
