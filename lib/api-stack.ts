import { Stack, type StackProps } from 'aws-cdk-lib';
import { HttpMethod, HttpNoneAuthorizer, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Route } from '../functions/platform/http/contract.ts';
import { metricNames } from '../functions/platform/metric-names.ts';
import type { AccessStack } from './access-stack.ts';
import { createFunction, functionsTriggeredBy, type Surroundings } from './clinic-functions.ts';
import { counter } from './clinic-metrics.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import { asFunction } from './constructs/cdk-types.ts';
import type { PlumblineFunction } from './constructs/plumbline-function.ts';
import { RunbookAlarm } from './constructs/runbook-alarm.ts';
import { areaOf } from './functions.ts';

export interface ApiStackProps extends StackProps {
  readonly around: Surroundings;
  readonly access: AccessStack;
}

/** The function that says that there is no such route. */
const answersUnknownRoutes = 'platform-http';

/** What the clinic offers over HTTPS: every route of every area's contract, answered by that area's function. */
export class ApiStack extends Stack {
  readonly functions: readonly PlumblineFunction[];
  readonly #access: AccessStack;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    this.#access = props.access;
    this.functions = functionsTriggeredBy('http').map(({ name, spec, trigger }) => {
      const area = createFunction(this, name, spec, props.around);
      const failures = this.#watchFailures(area, areaOf(name), props.around);
      const target = props.around.house.stage.deploysGradually ? this.#deployGradually(area, failures) : area.lambda;
      const integration = new HttpLambdaIntegration(name, target, { scopePermissionToRoute: false });
      for (const route of trigger.routes) this.#createRoute(area, route, integration);
      if (name === answersUnknownRoutes) this.#answerUnknownRoutes(area, integration);
      return area;
    });
  }

  #createRoute(area: PlumblineFunction, route: Route, integration: HttpLambdaIntegration): void {
    const forStaff = route.access !== 'public' && route.access !== 'link';
    const created = new HttpRoute(area, route.name, {
      httpApi: this.#access.api,
      routeKey: HttpRouteKey.with(route.path, HttpMethod[route.method]),
      integration,
      authorizer: forStaff ? this.#access.staff : new HttpNoneAuthorizer(),
    });
    if (forStaff) return;
    acknowledge(created, {
      'AwsSolutions-APIG4':
        route.access === 'link'
          ? 'Patients have no account: the function checks the 128-bit token in the path, which expires and can be revoked.'
          : 'Open to everyone by its contract; it shows nothing about a patient.',
    });
  }

  /** What no contract names is answered as any other error is: by a problem document. */
  #answerUnknownRoutes(area: PlumblineFunction, integration: HttpLambdaIntegration): void {
    const created = new HttpRoute(area, 'unknown', {
      httpApi: this.#access.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
    acknowledge(created, { 'AwsSolutions-APIG4': 'It answers 404 to everything and reads nothing.' });
  }

  /** Rings when an area answers with 500: the function answers these itself, so Lambda's count of errors stays at zero. */
  #watchFailures(area: PlumblineFunction, service: string, around: Surroundings): RunbookAlarm {
    return new RunbookAlarm(area, 'RequestsFailed', {
      metric: counter(metricNames.requestsFailed, service),
      atLeast: 1,
      meaning: `The area ${service} answered a request with a server error.`,
      runbook: 'api-errors',
      topic: around.alarmTopic,
    });
  }

  /** A tenth of the requests for five minutes; back to the old version when the new one fails or answers with 500. */
  #deployGradually(area: PlumblineFunction, failures: RunbookAlarm): IFunction {
    const live = area.lambda.addAlias('live');
    const deployment = new LambdaDeploymentGroup(area, 'Deployment', {
      alias: live,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [area.errors.alarm, failures.alarm],
    });
    acknowledge(deployment, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]':
        'The policy AWS keeps for CodeDeploy and Lambda, on a role only CodeDeploy can take.',
    });
    return asFunction(live);
  }
}
