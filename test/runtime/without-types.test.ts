import { ApiObject, Chart, Testing } from 'cdk8s';
import {
  GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, NodeInstaller, PreinstalledRuntime, RuntimeClassPolicy, RuntimeProbe,
  SandboxedNamespace, SandboxRuntime,
} from '../../src';

const chartOf = () => new Chart(Testing.app(), 'sandbox', { namespace: 'sandbox-system' });
const gvisor = { release: GVisorRelease.V20261005_0 };
const kata = { release: KataRelease.V4_2_0 };

describe('who writes JavaScript, without types, is told what is missing', () => {
  test.each<[string, new (...given: any[]) => unknown, object | undefined, string]>([
    ['a GVisorRuntime without props', GVisorRuntime, undefined, 'release of sandbox/it must be a GVisorRelease such as GVisorRelease.V20261005_0'],
    ['a KataRuntime without props', KataRuntime, undefined, 'release of sandbox/it must be a KataRelease such as KataRelease.V4_2_0'],
    ['a PreinstalledRuntime without props', PreinstalledRuntime, undefined, 'handler must be a DNS label'],
    ['a PreinstalledRuntime without nodes', PreinstalledRuntime, { handler: 'runsc' }, 'nodeSelector of sandbox/it is empty'],
    ['a RuntimeClassPolicy without props', RuntimeClassPolicy, undefined, 'sandbox/it allows no runtime'],
    ['a RuntimeClassPolicy with one runtime', RuntimeClassPolicy, { runtimes: 'gvisor' }, 'runtimes of sandbox/it must be a list of runtimes such as [gvisor], got "gvisor"'],
    ['a RuntimeClassPolicy with the name of a runtime', RuntimeClassPolicy, { runtimes: ['gvisor'] }, 'runtimes of sandbox/it must be a list of runtimes such as [gvisor], got ["gvisor"]'],
    ['a RuntimeProbe without props', RuntimeProbe, undefined, 'sandbox/it has no runtime; give it the one to run in (runtime: gvisor)'],
    ['a RuntimeProbe with the name of a runtime', RuntimeProbe, { runtime: 'gvisor' }, 'sandbox/it has no runtime'],
    ['a SandboxedNamespace without props', SandboxedNamespace, undefined, 'the name of sandbox/it must be a DNS label (at most 63 lower-case letters, digits and "-", a letter or digit at both ends), got undefined'],
    ['a SandboxedNamespace with the name of a runtime', SandboxedNamespace, { name: 'team-a', runtime: 'gvisor' }, 'runtime of sandbox/it must be a runtime such as new GVisorRuntime(...), got "gvisor"'],
    ['a handler that is a number', GVisorRuntime, { ...gvisor, handler: 5 }, 'at most 63 characters), got 5; write a text such as "runsc"'],
    ['a class that is a number', GVisorRuntime, { ...gvisor, runtimeClassName: 5 }, 'at most 253 characters), got 5; write a text such as "gvisor"'],
    ['an installer that is in no list', GVisorRuntime, { ...gvisor, installers: 'x' }, 'installers of sandbox/it must be a list of NodeInstallers such as [installer], got "x"'],
    ['a list of no installers', GVisorRuntime, { ...gvisor, installers: ['x'] }, 'installers of sandbox/it must be a list of NodeInstallers such as [installer], got ["x"]'],
    ['a toleration that is in no list', GVisorRuntime, { ...gvisor, tolerations: { key: 'a' } }, 'tolerations of sandbox/it must be a list of objects, got {"key":"a"}'],
    ['an overhead that is text', GVisorRuntime, { ...gvisor, overhead: '64Mi' }, 'overhead of sandbox/it must be an object, got "64Mi"'],
    ['artifacts that are text', GVisorRuntime, { ...gvisor, artifacts: 'tarball' }, 'artifacts of sandbox/it must be GVisorArtifacts such as GVisorArtifacts.tarball(), got "tarball"'],
    ['a release that is a construct', GVisorRuntime, { release: chartOf() }, 'got a Chart'],
    ['flags that are text', GVisorRuntime, { ...gvisor, extraFlags: 'strace' }, 'extraFlags of sandbox/it must be an object, got "strace"'],
    ['a shim by its name', KataRuntime, { ...kata, shim: 'qemu' }, 'shim must be a KataShim such as KataShim.QEMU_RUNTIME_RS or KataShim.of(...), got "qemu"'],
    ['a size by its name', KataRuntime, { ...kata, size: 's' }, 'size of sandbox/it must be a KataSize such as KataSize.S, got "s"'],
    ['artifacts of Kata that are text', KataRuntime, { ...kata, artifacts: 'image' }, 'artifacts of sandbox/it must be KataArtifacts such as KataArtifacts.tarball(), got "image"'],
    ['a suffix that is a number', KataRuntime, { ...kata, suffix: 5 }, 'got 5; write "5"'],
  ])('%s', (_, type, props, message) => {
    expect(() => new type(chartOf(), 'it', props)).toThrow(message);
  });

  test('an installer in the place of a list of them', () => {
    const chart = chartOf();
    const installer = new NodeInstaller(chart, 'installer');
    expect(() => new GVisorRuntime(chart, 'it', { ...gvisor, installers: installer as any }))
      .toThrow('installers of sandbox/it must be a list of NodeInstallers such as [installer], got a NodeInstaller');
  });

  test('a class without its name', () => {
    expect(() => (SandboxRuntime.fromRuntimeClassName as any)(chartOf(), 'a')).toThrow('at most 253 characters), got undefined; write a text such as "gvisor"');
  });

  test.each([[undefined, 'undefined'], [{}, '{}'], ['x', '"x"'], [null, 'null']])('%p in the place of what is to run in the sandbox', (given, text) => {
    const runtimes = [
      new GVisorRuntime(chartOf(), 'it', gvisor), SandboxRuntime.fromRuntimeClassName(chartOf(), 'it', 'gvisor'),
      new PreinstalledRuntime(chartOf(), 'it', { handler: 'runsc', nodeSelector: { a: 'b' } }),
    ];
    for (const runtime of runtimes) {
      expect(() => runtime.sandbox(given as any)).toThrow(`sandbox() of sandbox/it was given ${text}, which is no construct; give it the object itself, or a construct or chart above it`);
    }
  });

  test('a path or exceptions of another type', () => {
    const chart = chartOf();
    const runtime = new GVisorRuntime(chart, 'it', gvisor);
    const job = new ApiObject(chart, 'job', { apiVersion: 'example.com/v1', kind: 'Job' });
    expect(() => runtime.sandbox(job, { podSpecPath: ['spec'] as any })).toThrow('podSpecPath of the sandbox of sandbox/job must be text, got ["spec"]');
    expect(() => runtime.sandbox(chart, { exceptions: 'host-path' as any })).toThrow('exceptions of the sandbox of sandbox must be a list of objects, got "host-path"');
  });
});

test.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])('the extra flag %s is looked for among the flags that runsc has, and among nothing else', (flag) => {
  expect(() => new GVisorRuntime(chartOf(), 'it', { ...gvisor, extraFlags: { [flag]: 'x' } })).not.toThrow();
});

test('an option of Kata is looked for among those that it has, and among nothing else', () => {
  expect(() => new KataRuntime(chartOf(), 'it', { ...kata, extraConfig: '[constructor]\ntoString = 1' })).not.toThrow();
});
