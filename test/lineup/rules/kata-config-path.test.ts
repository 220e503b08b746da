import { findingsOf, messagesOf, pod, runtimeClass } from '../fixture';
import { limited } from '../kata-fixture';

const RULE = 'kata-config-path';
const annotated = (annotation: string): object => ({
  ...pod('web', limited()), metadata: { name: 'web', namespace: 'team-a', annotations: { [annotation]: '/tmp/configuration.toml' } },
});

test('accepts other annotations', () => {
  expect(messagesOf(RULE, [runtimeClass('kata', 'kata'), annotated('io.katacontainers.config.hypervisor.kernel')])).toEqual([]);
});

test.each([['whoever owns the class', []], ['of a class that nobody knows', ['kata']]])('reports a Pod that names its shim\'s configuration file, %s', (_what, externalRuntimeClasses) => {
  const [finding, ...others] = findingsOf(RULE, [annotated('io.katacontainers.config_path')], { externalRuntimeClasses });
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ severity: 'error', object: 'Pod team-a/web' });
  expect(finding.message).toContain('CVE-2026-50540');
});
