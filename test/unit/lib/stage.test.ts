import { expect, test } from 'vitest';
import { resolveStage, stageNames } from '../../../lib/stage.ts';

test.each(stageNames)('the stage %s stands in the table and passes its own rules', (stage) => {
  expect(resolveStage({ stage }).name).toBe(stage);
});

test('without -c stage= it is local', () => {
  expect(resolveStage({}).name).toBe('local');
});

test('an unknown stage is refused by name', () => {
  expect(() => resolveStage({ stage: 'production' })).toThrow('There is no stage "production"');
});

test('a misspelt setting in cdk.json is refused, with its stage and its name', () => {
  expect(() => resolveStage({ stage: 'prod', stages: { prod: { alarmEmial: 'oncall@clinic.example' } } })).toThrow(
    /cdk\.json, context "stages": prod: .*alarmEmial/,
  );
});

test('a misspelt setting of another stage is refused too', () => {
  expect(() => resolveStage({ stage: 'local', stages: { prod: { retainsData: true } } })).toThrow(/retainsData/);
});

test('a wrong value is refused, naming the setting', () => {
  expect(() => resolveStage({ stage: 'prod', stages: { prod: { recoveryDays: 36 } } })).toThrow(/prod\.recoveryDays/);
  expect(() => resolveStage({ stage: 'prod', publicUrl: 'clinic.example' })).toThrow(/Stage prod: publicUrl/);
});

test('cdk.json overrides the table, a switch overrides cdk.json', () => {
  const stages = { local: { publicUrl: 'http://127.0.0.1:1', logRetentionDays: 30 } };
  const stage = resolveStage({ stages, publicUrl: 'http://127.0.0.1:2' });
  expect(stage).toMatchObject({ publicUrl: 'http://127.0.0.1:2', logRetentionDays: 30 });
});

test('the carrier simulator can stand in for AWS in stage local only', () => {
  const smsEndpoint = 'http://127.0.0.1:8701';
  expect(resolveStage({ smsEndpoint }).smsEndpoint).toBe(smsEndpoint);
  expect(() => resolveStage({ stage: 'prod', smsEndpoint })).toThrow('smsEndpoint is for stage local only');
});

test('a pool without numbers is refused', () => {
  const sms = { usesConfigurationSet: true, numbers: [], usesPool: true, registrations: [] };
  expect(() => resolveStage({ stage: 'prod', stages: { prod: { sms } } })).toThrow('sms.usesPool needs at least one');
});

test('prod protects and keeps data for as long as the law asks', () => {
  expect(resolveStage({ stage: 'prod' })).toMatchObject({
    retainData: true,
    recoveryDays: 35,
    keepsBackups: true,
    requiresMfa: true,
    logRetentionDays: 2192,
  });
});
