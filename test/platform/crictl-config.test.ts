import { Duration } from 'cdk8s';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { sha256 } from '../../src/installer/plan-hash';
import { CRICTL_CONFIG_FILE, CRICTL_MARKER, CrictlConfig } from '../../src/platform/crictl-config';

const SOCKET = '/run/containerd/containerd.sock';

function content(config: CrictlConfig, socket = SOCKET): string {
  return config._files(socket)['crictl.yaml'];
}

test('points crictl to the platform\'s socket for runtime and images', () => {
  expect(parse(content(new CrictlConfig()))).toEqual({
    'runtime-endpoint': `unix://${SOCKET}`,
    'image-endpoint': `unix://${SOCKET}`,
    'timeout': 10,
    'debug': false,
  });
});

test('begins with the line by which the node agent knows its own file', () => {
  expect(content(new CrictlConfig()).split('\n')[0]).toBe(CRICTL_MARKER);
  expect(CRICTL_MARKER).toBe('# Written by cdk8s-sandbox-runtimes; without this line the file is left alone.');
});

test('takes timeout and debug', () => {
  expect(parse(content(new CrictlConfig({ timeout: Duration.minutes(1), debug: true })))).toMatchObject({ timeout: 60, debug: true });
});

test.each([[Duration.seconds(0), '0 ms'], [Duration.millis(500), '500 ms'], [Duration.millis(1500), '1500 ms']])('refuses a timeout that crictl has no number for', (timeout, got) => {
  expect(() => new CrictlConfig({ timeout })).toThrow(`timeout of crictl must be whole seconds and at least 1 second, got ${got}`);
});

test('plans the file with the hash of its content', () => {
  const config = new CrictlConfig();
  expect(config._file(SOCKET)).toEqual({ path: CRICTL_CONFIG_FILE, key: 'crictl.yaml', sha256: sha256(content(config)) });
  expect(config._file(SOCKET).sha256).not.toBe(config._file('/run/k0s/containerd.sock').sha256);
});

test('is read back by a YAML parser for every socket path', () => {
  fc.assert(fc.property(fc.stringMatching(/^(\/[A-Za-z0-9_@%+=:,.-]+)+$/), (socket) => {
    expect(parse(content(new CrictlConfig(), socket))).toMatchObject({ 'runtime-endpoint': `unix://${socket}` });
  }));
});

test('tells who writes JavaScript that a number is no timeout', () => {
  expect(() => new CrictlConfig({ timeout: 10 as any })).toThrow('timeout of crictl must be a Duration of cdk8s such as Duration.seconds(10), got 10');
});
