import * as iarna from '@iarna/toml';
import * as fc from 'fast-check';
import { GVisorPlatform } from '../../src/runtime/gvisor-platform';
import { GVisorRelease } from '../../src/runtime/gvisor-release';
import { renderRunscConfig, RUNSC_OPTIONS } from '../../src/runtime/runsc-config';
import { RUNSC_FLAG_SINCE, RUNSC_FLAGS, type RunscFlagValue } from '../../src/runtime/runsc-flags';
import {
  RunscFileAccess, RunscHostUds, RunscInSandboxCgroup, RunscNetwork, RunscNvidiaDriverCapability, RunscQdisc, type RunscOptions,
} from '../../src/runtime/runsc-options';

const RUNSC = '/opt/sandbox-runtimes/gvisor/20260928.0/runsc';

function render(options: RunscOptions = {}, release = GVisorRelease.V20260928_0, platform = GVisorPlatform.SYSTRAP): string {
  return renderRunscConfig({ binaryName: RUNSC, options, platform, release });
}

/** The flags of a rendered file, as the shim decodes them. */
function flagsOf(text: string): Record<string, string> {
  return iarna.parse(text).runsc_config as Record<string, string>;
}

test('names runsc and the platform, and leaves everything else to runsc', () => {
  expect(render()).toBe([`binary_name = "${RUNSC}"`, '', '[runsc_config]', 'platform = "systrap"', ''].join('\n'));
});

test('writes the chosen platform', () => {
  expect(flagsOf(render({}, GVisorRelease.V20261005_0, GVisorPlatform.KVM))).toEqual({ platform: 'kvm' });
});

test('knows every option by its name', () => {
  expect([...RUNSC_OPTIONS].sort()).toEqual([...Object.keys(RUNSC_FLAGS), 'extraFlags'].sort());
});

test.each([
  ['inherited', Object.create({ network: RunscNetwork.HOST })],
  ['a getter of a class', new (class { public get network() { return RunscNetwork.HOST; } })()],
  ['not enumerable', Object.defineProperty({}, 'network', { value: RunscNetwork.HOST })],
])('takes an option that is %s', (_, options) => {
  expect(flagsOf(render(options))).toEqual({ platform: 'systrap', network: 'host' });
});

test('refuses a runsc that the shim would look for in its PATH', () => {
  expect(() => renderRunscConfig({ binaryName: 'runsc', platform: GVisorPlatform.SYSTRAP, release: GVisorRelease.V20260928_0 }))
    .toThrow('runsc must be named by its absolute path, got "runsc"');
});

describe('debug', () => {
  test('lets shim and runsc log to files, and leaves strace off', () => {
    const text = render({ debug: true });
    expect(iarna.parse(text)).toEqual({
      binary_name: RUNSC,
      log_level: 'debug',
      log_path: '/var/log/runsc/',
      runsc_config: { 'debug': 'true', 'debug-log': '/var/log/runsc/', 'platform': 'systrap' },
    });
  });

  test('writes no shim log when it is off, since nothing would remove it', () => {
    expect(render({ debug: false })).not.toContain('log_path');
    expect(flagsOf(render({ debug: false }))).toEqual({ debug: 'false', platform: 'systrap' });
  });

  test('keeps a log folder of the user\'s own', () => {
    expect(flagsOf(render({ debug: true, debugLog: '/data/%ID%/' }))['debug-log']).toBe('/data/%ID%/');
  });
});

test.each<[RunscOptions, string, string]>([
  [{ fileAccess: RunscFileAccess.SHARED, overlay2: 'none' }, 'file-access', 'shared'],
  [{ overlay2: 'all:dir=/var/tmp/overlay,size=2g' }, 'overlay2', 'all:dir=/var/tmp/overlay,size=2g'],
  [{ directfs: false }, 'directfs', 'false'],
  [{ dcache: -1 }, 'dcache', '-1'],
  [{ hostUds: RunscHostUds.OPEN }, 'host-uds', 'open'],
  [{ network: RunscNetwork.HOST }, 'network', 'host'],
  [{ qdisc: RunscQdisc.TBF, qdiscTbfRate: 1e12, qdiscTbfBurst: 4294967295 }, 'qdisc-tbf-rate', '1000000000000'],
  [{ numNetworkChannels: 4 }, 'num-network-channels', '4'],
  [{ overrideProcs: ['kallsyms', 'sys/kernel'] }, 'override-procs', 'kallsyms,sys/kernel'],
  [{ nvproxyAllowedDriverCapabilities: [RunscNvidiaDriverCapability.UTILITY, RunscNvidiaDriverCapability.VIDEO] }, 'nvproxy-allowed-driver-capabilities', 'utility,video'],
  [{ nvproxyDriverVersion: '580.65.06' }, 'nvproxy-driver-version', '580.65.06'],
  [{ debugCommand: '!boot,events' }, 'debug-command', '!boot,events'],
  [{ metricServer: '%RUNTIME_ROOT%/metrics.sock' }, 'metric-server', '%RUNTIME_ROOT%/metrics.sock'],
  [{ metricServer: ':1337' }, 'metric-server', ':1337'],
  [{ goferNetworkNamespace: '/var/run/netns/gofer' }, 'gofer-network-namespace', '/var/run/netns/gofer'],
  [{ extraFlags: { traceback: 'all' } }, 'traceback', 'all'],
  [{ extraFlags: { 'EXPERIMENTAL-xdp': 'redirect:eth0' } }, 'EXPERIMENTAL-xdp', 'redirect:eth0'],
])('%j gives --%s=%s', (options, flag, value) => {
  expect(flagsOf(render(options))[flag]).toBe(value);
});

test.each<[object, string]>([
  [{ fileAccess: 'both' }, 'fileAccess must be one of "exclusive", "shared", got "both"'],
  [{ network: 'plugin' }, 'network must be one of "sandbox", "host", "none", got "plugin"'],
  [{ netRaw: 'true' }, 'netRaw must be true or false, got "true"'],
  [{ numNetworkChannels: 0 }, 'numNetworkChannels must be an integer from 1 to 2147483647, got 0'],
  [{ fdlimit: -2 }, 'fdlimit must be an integer from -1 to 2147483647, got -2'],
  [{ straceLogSize: 1.5 }, 'straceLogSize must be an integer from 0 to 2147483647, got 1.5'],
  [{ qdiscTbfBurst: 4294967296 }, 'qdiscTbfBurst must be an integer from 0 to 4294967295, got 4294967296'],
  [{ overlay2: 'root' }, 'overlay2 must be "none" or "<root or all>:<memory, self or dir=/path>[,size=<size>]", such as "root:memory,size=2g", got "root"'],
  [{ overlay2: 'root:dir=tmp' }, 'overlay2 must be'],
  [{ overlay2: 'root:self,size=1g,size=2g' }, 'overlay2 must be'],
  [{ debugLog: 'runsc.log' }, 'debugLog must be an absolute path, got "runsc.log"'],
  [{ podInitConfig: '/etc/{{ .Values.x }}' }, 'podInitConfig must be'],
  [{ goferNetworkNamespace: 'none' }, 'goferNetworkNamespace must be "null", "new", "host" or an absolute path, got "none"'],
  [{ nvproxyAllowedDriverCapabilities: ['display'] }, 'nvproxyAllowedDriverCapabilities must be a list of all, compute, graphics, utility, video, got ["display"]'],
  [{ straceSyscalls: [] }, 'straceSyscalls must be a list of names of system calls, got []'],
  [{ straceSyscalls: ['open,read'] }, 'straceSyscalls must be a list of names of system calls'],
  [{ nvproxyDriverVersion: 'newest' }, 'nvproxyDriverVersion must be "latest" or a version such as "580.65.06", got "newest"'],
])('refuses %j', (options, message) => {
  expect(() => render(options as RunscOptions)).toThrow(message);
});

test('applies the rules over several flags to typed and extra flags alike', () => {
  expect(() => render({ fileAccess: RunscFileAccess.SHARED })).toThrow('set overlay2 to "none"');
  expect(() => render({ network: RunscNetwork.HOST, extraFlags: { 'pause-external-networking': 'true' } })).toThrow('network is "host"');
});

describe('an extra flag', () => {
  test.each([
    ['host-uds', 'the extra flag "host-uds" has a member of its own; set hostUds instead'],
    ['--host-uds', 'set hostUds instead'],
    ['hostUds', 'set hostUds instead'],
    ['debug', 'set debug instead'],
    ['platform', 'the extra flag "platform" is not allowed: set the runtime\'s platform'],
    ['root', 'containerd-shim-runsc-v1 sets it'],
    ['log', 'containerd-shim-runsc-v1 sets it'],
    ['log-format', 'containerd-shim-runsc-v1 sets it'],
    ['panic-log', 'containerd-shim-runsc-v1 sets it'],
    ['--root', 'containerd-shim-runsc-v1 sets it'],
    ['log-fd', 'file descriptor'],
    ['debug-log-fd', 'file descriptor'],
    ['rootless', 'cannot create the containers of a Pod'],
    ['version', 'would print and end'],
    ['TESTONLY-unsafe-nonroot', 'takes the isolation away'],
    ['overlay', 'set overlay2'],
    ['fsgofer-host-uds', 'set hostUds'],
    ['mount-cgroup-v2', 'set inSandboxCgroup'],
    ['vfs2', 'deprecated and has no effect'],
    ['--traceback', 'without dashes before it and without a value'],
    ['traceback=all', 'without dashes before it and without a value'],
    ['', 'without dashes before it and without a value'],
    ['a b', 'got "a b"'],
  ])('"%s" is refused', (flag, message) => {
    expect(() => render({ extraFlags: { [flag]: 'true' } })).toThrow(message);
  });

  test.each(['line\nbreak', 'tab\t', 'é', '{{ .Values.x }}', '\u0000'])('with the value %j is refused', (value) => {
    expect(() => render({ extraFlags: { traceback: value } })).toThrow('the extra flag "traceback" must be printable ASCII without "{{", got');
  });

  test('that is no string is refused, since the shim could not decode the file', () => {
    const extraFlags = { 'final-metrics-log': true } as unknown as { [flag: string]: string };
    expect(() => render({ extraFlags })).toThrow('the extra flag "final-metrics-log" must be a string, got true');
  });
});

describe('a flag that the release does not have', () => {
  const old = GVisorRelease.of('20260907.0', { amd64Sha512: 'a'.repeat(128) });

  test('is refused with the flag, the release that it needs and the release given', () => {
    expect(() => render({ inSandboxCgroup: RunscInSandboxCgroup.V2 }, old)).toThrow('runsc has the flag "in-sandbox-cgroup" since release 20260914.0,'
      + ' and the runtime\'s release is 20260907.0, with which no Pod would start; use release 20260914.0 or newer, or leave out inSandboxCgroup');
    expect(flagsOf(render({ inSandboxCgroup: RunscInSandboxCgroup.V2 }))['in-sandbox-cgroup']).toBe('v2');
  });

  test.each(Object.entries(RUNSC_FLAG_SINCE))('%s is refused before release %s and taken from it on', (flag, since) => {
    const option = Object.entries(RUNSC_FLAGS).find(([, known]) => known.flag === flag);
    const options: RunscOptions = option ? { [option[0]]: example(option[1].value) } : { extraFlags: { [flag]: 'x' } };
    // Older releases than GVisorRelease.of takes, as the table goes further back.
    const release = (version: string) => ({ version }) as GVisorRelease;
    expect(() => render(options, release('20220101.0'))).toThrow(`since release ${since}`);
    expect(flagsOf(render(options, release(since)))).toHaveProperty([flag]);
  });
});

/** Some value that a flag takes. */
function example(value: RunscFlagValue): unknown {
  switch (value.kind) {
    case 'boolean': return true;
    case 'integer': return value.min;
    case 'choice': return value.of[0];
    case 'text': return ['none', 'null', 'latest', '/a'].find((text) => value.pattern.test(text));
    case 'list': return ['all', 'a'].filter((text) => value.pattern.test(text)).slice(0, 1);
  }
}

/** Any options that cannot break a rule over several flags. */
const anyOptions = fc.record(Object.fromEntries(Object.entries(RUNSC_FLAGS)
  .filter(([option]) => !['fileAccess', 'qdisc'].includes(option))
  .map(([option, { value }]) => [option, anyValue(value)])), { requiredKeys: [] });

function anyValue(value: RunscFlagValue): fc.Arbitrary<unknown> {
  switch (value.kind) {
    case 'boolean': return fc.boolean();
    case 'integer': return fc.integer({ min: value.min, max: value.max });
    case 'choice': return fc.constantFrom(...value.of);
    case 'text': return fc.stringMatching(value.pattern).filter((text) => /^[ -~]*$/.test(text) && !text.includes('{{'));
    case 'list': return fc.array(fc.stringMatching(value.pattern), { minLength: 1 });
  }
}

const anyExtraFlags = fc.dictionary(
  fc.stringMatching(/^x-[a-z0-9_-]{1,20}$/).filter((flag) => !flag.endsWith('-fd')),
  fc.string({ unit: 'grapheme-ascii' }).filter((value) => /^[ -~]*$/.test(value) && !value.includes('{{')),
);

/** The flags as their lines say, read without a TOML parser: '...' is taken as it stands, and "..." is as in JSON. */
function quotedFlagsOf(text: string): [string, string][] {
  const lines = text.slice(text.indexOf('[runsc_config]\n')).split('\n').slice(1, -1);
  return lines.map((line) => {
    const [, key, literal, quoted] = /^([\w-]+) = (?:'(.*)'|(".*"))$/.exec(line)!;
    return [key, literal ?? JSON.parse(quoted)];
  });
}

test('every rendered file is read back to the same strings, each quoted and in order', () => {
  fc.assert(fc.property(anyOptions, anyExtraFlags, (options, extraFlags) => {
    const text = render({ ...options, extraFlags }, GVisorRelease.V20261005_0);
    const flags = flagsOf(text);
    for (const [option, given] of Object.entries(options)) {
      expect(flags[RUNSC_FLAGS[option as keyof typeof RUNSC_FLAGS].flag]).toBe(Array.isArray(given) ? given.join(',') : String(given));
    }
    expect(flags).toMatchObject(extraFlags);
    expect(quotedFlagsOf(text)).toEqual(Object.keys(flags).sort().map((flag) => [flag, flags[flag]]));
  }));
});

test('renders the same bytes whatever the order of the options', () => {
  fc.assert(fc.property(anyOptions, anyExtraFlags, (options, extraFlags) => {
    const reversed = <T>(given: { [key: string]: T }) => Object.fromEntries(Object.entries(given).reverse());
    expect(render({ ...reversed(options), extraFlags: reversed(extraFlags) })).toBe(render({ ...options, extraFlags }));
  }));
});

test.each([
  [{ debug: NaN }, 'debug must be true or false, got NaN'],
  [{ fdlimit: '5' }, 'fdlimit must be an integer from -1 to 2147483647, got "5"'],
])('%p is refused as it was given', (options, message) => {
  expect(() => render(options as any)).toThrow(message);
});

test('keeps the top-level keys before the table of flags, where the shim looks for them', () => {
  const lines = render({ debug: true, netRaw: true }).split('\n');
  expect(lines.indexOf('[runsc_config]')).toBeGreaterThan(lines.findIndex((line) => line.startsWith('log_path')));
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[runsc_config]']);
});
