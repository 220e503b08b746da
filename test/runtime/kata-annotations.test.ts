import { isEnabled, validateKataAnnotations } from '../../src/runtime/kata-annotations';

const VCPUS = 'io.katacontainers.config.hypervisor.default_vcpus';

test.each<[string, string[], string[]]>([
  ['nothing', [], []],
  ['a setting that both containerd and Kata let through', [VCPUS], ['default_vcpus']],
  ['a setting that Kata lets through by an expression', [VCPUS], ['default_.*']],
  ['an annotation of somebody else', ['cdi.k8s.io/gpu'], []],
])('accepts %s', (_what, patterns, enabled) => {
  expect(() => validateKataAnnotations(patterns, enabled, false)).not.toThrow();
});

test.each<[string, string[], string[], string]>([
  ['a setting that Kata refuses', [VCPUS], [], 'which Kata refuses because enableAnnotations lacks "default_vcpus"'],
  ['a setting that never reaches Kata', [], ['default_vcpus'], `which never reaches Kata because podAnnotations lacks it; add "${VCPUS}"`],
  ['the pattern of Kata\'s own installer', ['io.katacontainers.*'], [], 'by which a Pod could change how the node runs its sandbox'],
  ['a wildcard over settings', ['io.katacontainers.config.hypervisor.*'], ['default_vcpus'], 'has the wildcard "io.katacontainers.config.hypervisor.*"; name each annotation'],
  ['a setting of the runtime', ['io.katacontainers.config.runtime.disable_new_netns'], [], 'by which a Pod could change how the node runs its sandbox'],
  ['modules of the guest\'s kernel', ['io.katacontainers.config.agent.kernel_modules'], [], 'by which a Pod could load modules into its kernel'],
  ['the path of a configuration file', ['io.katacontainers.config_path'], [], 'CVE-2026-50540'],
  ['something that is no annotation', ['a b'], [], 'podAnnotations must be names of annotations'],
])('refuses %s', (_what, patterns, enabled, message) => {
  expect(() => validateKataAnnotations(patterns, enabled, false)).toThrow(message);
});

test('the opt-in allows wildcards, but never the path of a configuration file', () => {
  expect(() => validateKataAnnotations(['io.katacontainers.*'], ['default_vcpus'], true)).not.toThrow();
  expect(() => validateKataAnnotations(['io.katacontainers.config_path'], [], true)).toThrow('CVE-2026-50540');
});

test('an expression has to name the whole setting', () => {
  expect(isEnabled('default_vcpus', ['vcpus'])).toBe(false);
  expect(isEnabled('default_vcpus', ['kernel|default_vcpus'])).toBe(true);
});
