import { describe, expect, test } from 'vitest';
import { functions } from '../../../lib/functions.ts';
import { synthesize } from './synth.ts';

const without = synthesize({ stage: 'prod' });
const sending = synthesize({ stage: 'prod', stages: { prod: { mailSender: 'visits@clinic.example' } } });

const text = (value: unknown): string => JSON.stringify(value) ?? '';

describe('e-mail', () => {
  test('a stage without a sender has no identity, and its functions no right to send', () => {
    expect(without.ofType('AWS::SES::EmailIdentity')).toEqual([]);
    expect(text(without.ofType('AWS::IAM::Policy'))).not.toContain('ses:');
  });

  test("goes out in the name of the sender's domain, over TLS or not at all, and never again to who complained", () => {
    expect(sending.ofType('AWS::SES::EmailIdentity')).toMatchObject([
      { Properties: { EmailIdentity: 'clinic.example' } },
    ]);
    expect(sending.ofType('AWS::SES::ConfigurationSet')).toMatchObject([
      {
        Properties: {
          DeliveryOptions: { TlsPolicy: 'REQUIRE' },
          SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
        },
      },
    ]);
  });

  test('may be sent by the functions that say so, from that one address', () => {
    const senders = Object.entries(functions).filter(([, { sendsMail }]) => sendsMail);
    const policies = sending.ofType('AWS::IAM::Policy').filter(({ Properties }) => text(Properties).includes('ses:'));
    expect(policies.map(({ logicalId }) => logicalId.replace(/Role.*/, ''))).toEqual(
      senders.map(([name]) => name.replaceAll('-', '')),
    );
    for (const { Properties } of policies) {
      expect(text(Properties)).toContain('"Condition":{"StringEquals":{"ses:FromAddress":"visits@clinic.example"}}');
    }
  });
});
