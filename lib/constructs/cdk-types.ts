import type { CloudFormationValidatePlugin, IPolicyValidationPlugin } from 'aws-cdk-lib';
import type { Alias, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';

// The CDK's classes do not declare the optional members of their own interfaces the way exactOptionalPropertyTypes asks
// (`x?: T` against `get x(): T | undefined`). These assertions say what its documentation says.

/** A bucket where the CDK asks for the interface. */
export const asBucket = (bucket: Bucket): IBucket => bucket as IBucket;

/** An alias where the CDK asks for a function. */
export const asFunction = (alias: Alias): IFunction => alias as IFunction;

/** The CDK's own validation where the CDK asks for any. */
export const asPlugin = (plugin: CloudFormationValidatePlugin): IPolicyValidationPlugin =>
  plugin as IPolicyValidationPlugin;
