import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/**
 * Accepts findings of cdk-nag on one construct, with the reason a reviewer reads. Findings of the same kind elsewhere still fail.
 * A finding of `AwsSolutions-IAM5` is accepted one wildcard at a time, with `acknowledgeWildcard`.
 */
export const acknowledge = (scope: IConstruct, reasons: Readonly<Record<string, string>>): void => {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(scope).acknowledge({ id, reason });
};

const reference = z.union([
  z.string(),
  z.strictObject({ Ref: z.string() }).transform(({ Ref }) => `<${Ref}>`),
  z
    .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .transform((att) => `<${att['Fn::GetAtt'].join('.')}>`),
  z.strictObject({ 'Fn::ImportValue': z.string() }).transform((value) => value['Fn::ImportValue']),
]);
const flattened = z.union([
  reference,
  z
    .strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(reference)]) })
    .transform(({ 'Fn::Join': [delimiter, parts] }) => parts.join(delimiter)),
]);

/**
 * Accepts one wildcard resource in the policies under `scope`. Its name in the finding is known only once references between
 * stacks are settled, so it is looked up then.
 */
export const acknowledgeWildcard = (scope: IConstruct, arn: string, reason: string): void => {
  scope.node.addValidation({
    validate: () => {
      const name = flattened.parse(Stack.of(scope).resolve(arn));
      acknowledge(scope, { [`AwsSolutions-IAM5[Resource::${name}]`]: reason });
      return [];
    },
  });
};
