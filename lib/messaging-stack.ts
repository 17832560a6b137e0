import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { CfnConfigurationSet, CfnOptOutList, CfnPhoneNumber, CfnPool, CfnRegistration } from 'aws-cdk-lib/aws-smsvoice';
import { type ITopic, Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { MailSender } from './constructs/plumbline-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import { functions, type QueueName, queues } from './functions.ts';
import type { House } from './house.ts';

export interface MessagingStackProps extends StackProps {
  readonly house: House;
  readonly alarmTopic: ITopic;
}

const names = Object.keys(queues) as readonly QueueName[];

/** The wires texts run on: queues, the topics AWS End User Messaging writes to, and, if the stage asks, phone numbers. */
export class MessagingStack extends Stack {
  readonly queues: Readonly<Record<QueueName, WorkQueue>>;
  /** Absent where there is no AWS End User Messaging. */
  readonly configurationSetName: string | undefined;
  /** Absent where no e-mail is sent. */
  readonly mail: MailSender | undefined;
  /** Encrypts queues and topics: a reply of a patient passes through them. */
  readonly key: Key;
  /** Makes the codes that prove a phone. */
  readonly codeKey: Key;
  readonly #inboundTexts: Topic;
  readonly #deliveryEvents: Topic;

  constructor(scope: Construct, id: string, props: MessagingStackProps) {
    super(scope, id, props);
    const { stage } = props.house;
    this.key = this.#createKey(props.house);
    this.codeKey = new Key(this, 'CodeKey', {
      description: `Plumbline ${stage.name}: one-time codes`,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      // A code lives for minutes: whoever loses this key loses nothing.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const sender = new ServicePrincipal('sms-voice.amazonaws.com');
    this.#inboundTexts = this.#createTopic('InboundTexts', sender);
    this.#deliveryEvents = this.#createTopic('DeliveryEvents', sender);
    const fedBy = { 'inbound-texts': this.#inboundTexts, 'delivery-events': this.#deliveryEvents };
    const create = (name: QueueName): WorkQueue => {
      const { fedBy: source } = queues[name];
      const work = new WorkQueue(this, name, {
        key: this.key,
        consumerTimeout: Duration.seconds(consumerTimeoutSeconds(name)),
        alarmTopic: props.alarmTopic,
      });
      if (source !== 'functions') this.#subscribe(work.queue, fedBy[source]);
      return work;
    };
    this.queues = {
      send: create('send'),
      'send-bulk': create('send-bulk'),
      receive: create('receive'),
      receipts: create('receipts'),
    };
    if (stage.sms.usesConfigurationSet) this.configurationSetName = this.#createConfigurationSet();
    this.#orderNumbers(props.house);
    if (stage.mailSender !== undefined) this.mail = this.#createMailSender(stage, stage.mailSender);

    new CfnOutput(this, 'InboundTextsTopicArn', { value: this.#inboundTexts.topicArn });
    new CfnOutput(this, 'DeliveryEventsTopicArn', { value: this.#deliveryEvents.topicArn });
    for (const name of names) {
      const title = name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
      new CfnOutput(this, `${title}QueueUrl`, { value: this.queues[name].queue.queueUrl });
      new CfnOutput(this, `${title}DeadLettersUrl`, { value: this.queues[name].deadLetters.queueUrl });
    }
  }

  #createKey({ stage }: House): Key {
    const key = new Key(this, 'Key', {
      description: `Plumbline ${stage.name}: queues and topics`,
      enableKeyRotation: true,
      removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const service of ['sms-voice.amazonaws.com', 'sns.amazonaws.com']) {
      key.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal(service)],
          actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
        }),
      );
    }
    return key;
  }

  #createTopic(id: string, sender: ServicePrincipal): Topic {
    const topic = new Topic(this, id, { masterKey: this.key, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [sender],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return topic;
  }

  #subscribe(queue: Queue, topic: Topic): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('sns.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
      }),
    );
    new Subscription(queue, 'Subscription', { topic, endpoint: queue.queueArn, protocol: SubscriptionProtocol.SQS });
  }

  #createConfigurationSet(): string {
    const set = new CfnConfigurationSet(this, 'ConfigurationSet', {
      eventDestinations: [
        {
          eventDestinationName: 'delivery-events',
          enabled: true,
          matchingEventTypes: ['MEDIA_ALL', 'TEXT_ALL'],
          snsDestination: { topicArn: this.#deliveryEvents.topicArn },
        },
      ],
      // Unreported feedback turns into FAILED after an hour; patients answer later than that.
      messageFeedbackEnabled: false,
    });
    return set.ref;
  }

  /** E-mail goes out signed for the sender's domain, over TLS or not at all, and never again to an address that bounced or complained. */
  #createMailSender(stage: House['stage'], address: string): MailSender {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    const identity = new EmailIdentity(this, 'MailIdentity', { identity: Identity.domain(domain) });
    // The local engine's identities have no DNS records to publish.
    const records = stage.name === 'local' ? [] : identity.dkimRecords;
    for (const [index, { name, value }] of records.entries()) {
      new CfnOutput(this, `MailDns${index + 1}`, { value: `${name} CNAME ${value}` });
    }
    const configurationSet = new ConfigurationSet(this, 'MailConfiguration', {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    return {
      address,
      identityArn: identity.emailIdentityArn,
      configurationSetName: configurationSet.configurationSetName,
    };
  }

  #orderNumbers({ stage }: House): void {
    const { numbers, usesPool, registrations } = stage.sms;
    for (const registrationType of registrations) {
      new CfnRegistration(this, `Registration-${registrationType}`, { registrationType });
    }
    if (numbers.length === 0) return;
    const optOuts = new CfnOptOutList(this, 'OptOuts');
    const twoWay = { enabled: true, channelArn: this.#inboundTexts.topicArn };
    const ordered = numbers.map((wanted) => {
      // The clinic answers STOP and HELP itself, except on toll-free numbers, where the carrier does.
      const selfManagedOptOutsEnabled = wanted.type !== 'TOLL_FREE';
      const mandatoryKeywords = { help: { message: wanted.helpMessage }, stop: { message: wanted.stopMessage } };
      const number = new CfnPhoneNumber(this, `Number-${wanted.name}`, {
        isoCountryCode: 'US',
        numberType: wanted.type,
        numberCapabilities: wanted.sendsPictures ? ['MMS', 'SMS'] : ['SMS'],
        mandatoryKeywords,
        optOutListName: optOuts.ref,
        selfManagedOptOutsEnabled,
        twoWay,
        deletionProtectionEnabled: stage.retainData,
      });
      new CfnOutput(this, `NumberArn-${wanted.name}`, { value: number.attrArn });
      return { number, mandatoryKeywords, selfManagedOptOutsEnabled };
    });
    const [first] = ordered;
    if (!usesPool || !first) return;
    new CfnPool(this, 'Pool', {
      originationIdentities: ordered.map(({ number }) => number.attrArn),
      mandatoryKeywords: first.mandatoryKeywords,
      optOutListName: optOuts.ref,
      selfManagedOptOutsEnabled: first.selfManagedOptOutsEnabled,
      twoWay,
      deletionProtectionEnabled: stage.retainData,
    });
  }
}

const consumerTimeoutSeconds = (queue: QueueName): number => {
  const consumer = Object.values(functions).find(({ trigger }) => trigger.kind === 'queue' && trigger.queue === queue);
  if (!consumer) throw new Error(`No function reads the queue "${queue}"; see lib/functions.ts`);
  return consumer.timeoutSeconds;
};
