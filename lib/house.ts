import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Stage } from './stage.ts';

/** What every stack is handed. */
export interface House {
  readonly stage: Stage;
  /** The bundled code of a function, by its name in `lib/functions.ts`. */
  readonly codeOf: (functionName: string) => Code;
}
