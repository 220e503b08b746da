import { applied, DROP_IN, host, install, MAIN, OWNER, PATTERN, PLATFORM, tables, takeBack, textOf } from './fixtures';
import { installedHandlers } from '../../../agent/containerd/installed-handlers';
import { runtimesOf } from '../../../agent/containerd/runtime-tables';
import { parseToml } from '../../../agent/containerd/toml';

const V2_MAIN = 'version = 2\n\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "registry.example/pause:3.10"\n\n'
  + '  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n    runtime_type = "io.containerd.runc.v2"\n';

describe('on containerd 2.x', () => {
  test('writes a drop-in that says whose it is and imports it by a pattern that matches nothing else', () => {
    const files = host({ [MAIN]: V2_MAIN });
    const changes = install(files, '2.2.9');
    expect(changes.map(({ path, mode }) => [path, mode])).toEqual([[DROP_IN, 0o644], [MAIN, 0o644]]);
    const after = applied(files, changes);
    expect(textOf(after, MAIN)).toBe(`imports = ["${PATTERN}"] # added by sandbox-runtimes for ${OWNER}\n${V2_MAIN}`);
    expect(textOf(after, DROP_IN)).toMatch(/^# Written by sandbox-runtimes for sandbox-system\/installer\. /);
    expect(parseToml(textOf(after, DROP_IN)!)).toEqual(parseToml(tables('runsc').v2));
  });

  test('the drop-in has no version line', () => {
    expect(parseToml(textOf(applied(host({}), install(host({}), '2.3.7')), DROP_IN)!)).not.toHaveProperty('version');
  });

  test('chooses the tables by what the main file has in it', () => {
    const files = host({ [MAIN]: 'version = 2\n[plugins."io.containerd.cri.v1.runtime"]\n' });
    expect(parseToml(textOf(applied(files, install(files, '2.2.9')), DROP_IN)!)).toEqual(parseToml(tables('runsc').v3));
  });

  test.each([
    ['/etc/containerd/conf.d/*.toml', 'the usual pattern'],
    ['conf.d/zz*', 'a relative pattern'],
    [DROP_IN, 'the path itself'],
  ])('leaves a main file alone that imports %s (%s)', (entry) => {
    const files = host({ [MAIN]: `imports = [${JSON.stringify(entry)}]\n${V2_MAIN}` });
    expect(install(files, '2.2.9').map(({ path }) => path)).toEqual([DROP_IN]);
  });

  test('leaves a main file alone whose imported file imports our folder', () => {
    const files = host({ [MAIN]: 'version = 3\nimports = ["other.toml"]\n', '/etc/containerd/other.toml': 'imports = ["conf.d/*.toml"]\n' });
    expect(install(files, '2.2.9').map(({ path }) => path)).toEqual([DROP_IN]);
  });

  test.each([['2.0.6', 3], ['2.2.9', 3], ['2.3.7', 4]])('creates a main file for containerd %s where there is none, with version %d, and removes it again', (version, stated) => {
    const files = host({});
    const after = applied(files, install(files, version));
    expect(parseToml(textOf(after, MAIN)!)).toEqual({ version: BigInt(stated), imports: [PATTERN] });
    const gone = applied(after, takeBack(after, version));
    expect([textOf(gone, MAIN), textOf(gone, DROP_IN)]).toEqual([undefined, undefined]);
  });

  test('a main file that we created and somebody has added to stays, without ours', () => {
    const created = applied(host({}), install(host({}), '2.2.9'));
    const files = host({ [MAIN]: `${textOf(created, MAIN)!}[grpc]\n`, [DROP_IN]: textOf(created, DROP_IN)! });
    const gone = applied(files, takeBack(files, '2.2.9'));
    expect(parseToml(textOf(gone, MAIN)!)).toEqual({ version: 3n, grpc: {} });
    expect(textOf(gone, DROP_IN)).toBeUndefined();
  });

  test('a main file that we created follows an update of containerd', () => {
    const created = applied(host({}), install(host({}), '2.2.9'));
    expect(parseToml(textOf(applied(created, install(created, '2.3.7')), MAIN)!).version).toBe(4n);
  });

  test('takes the import out before the drop-in, so that containerd starts after each change', () => {
    const files = applied(host({ [MAIN]: V2_MAIN }), install(host({ [MAIN]: V2_MAIN }), '2.2.9'));
    expect(takeBack(files, '2.2.9').map(({ path }) => path)).toEqual([MAIN, DROP_IN]);
  });

  test('leaves its entry where another tool has moved it', () => {
    const installed = applied(host({ [MAIN]: V2_MAIN }), install(host({ [MAIN]: V2_MAIN }), '2.2.9'));
    const rewritten = host({ [MAIN]: `imports = ['/etc/containerd/x.d/*.toml', '${PATTERN}']\n${V2_MAIN}`, [DROP_IN]: textOf(installed, DROP_IN)! });
    expect(install(rewritten, '2.2.9')).toEqual([]);
    expect(textOf(applied(rewritten, takeBack(rewritten, '2.2.9')), MAIN)).toBe(`imports = ['/etc/containerd/x.d/*.toml']\n${V2_MAIN}`);
  });

  test("refuses somebody's file in the place of the drop-in", () => {
    expect(() => install(host({ [MAIN]: V2_MAIN, [DROP_IN]: 'version = 2\n' }), '2.2.9'))
      .toThrow(`${DROP_IN} is not the installer's file: move it to another name, this one is needed for the runtime tables`);
  });
});

describe('on containerd 1.x', () => {
  test('appends a marked block to the main file and writes no drop-in', () => {
    const files = host({ [MAIN]: V2_MAIN });
    const changes = install(files, '1.7.35');
    expect(changes.map(({ path }) => path)).toEqual([MAIN]);
    const text = changes[0].after!.toString();
    expect(text).toBe(`${V2_MAIN}# BEGIN sandbox-runtimes ${OWNER}\n${tables('runsc').v2.trimEnd()}\n# END sandbox-runtimes\n`);
  });

  test("writes the default runtime's table where the file has no runtimes, for ours would displace the built-in one", () => {
    const files = host({ [MAIN]: 'version = 2\n' });
    const content = parseToml(textOf(applied(files, install(files, '1.7.35')), MAIN)!);
    expect(Object.keys(runtimesOf(content, 'io.containerd.grpc.v1.cri')!)).toEqual(['runc', 'runsc']);
  });

  describe('where others have added a runtime since, which relies on our table of runc', () => {
    const NVIDIA = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]\nruntime_type = "io.containerd.runc.v2"\n';
    const files = host({ [MAIN]: 'version = 2\n' });
    const installed = textOf(applied(files, install(files, '1.7.35')), MAIN)!;
    const now = host({ [MAIN]: `${installed}${NVIDIA}` });

    test('keeps that table', () => {
      const changed = applied(now, install(now, '1.7.35'));
      expect(Object.keys(runtimesOf(parseToml(textOf(changed, MAIN)!), 'io.containerd.grpc.v1.cri')!).sort()).toEqual(['nvidia', 'runc', 'runsc']);
    });

    test('refuses to take it back, and does once it was moved out of the markers', () => {
      expect(() => takeBack(now, '1.7.35')).toThrow(`${MAIN} has the runtimes nvidia, which were added after ours and rely on the installer's table of runc: `
        + 'move [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc] out of the installer\'s markers');
      const runc = /^\[plugins\S+runtimes\.runc\]\n(?: .*\n)+/m.exec(installed)![0];
      const moved = host({ [MAIN]: `${installed.replace(runc, '')}${NVIDIA}${runc}` });
      expect(textOf(applied(moved, takeBack(moved, '1.7.35')), MAIN)).toBe(`version = 2\n${NVIDIA}${runc}`);
    });
  });

  test('creates a main file where there is none, and removes it again', () => {
    const files = host({});
    const after = applied(files, install(files, '1.7.35'));
    expect(Object.keys(parseToml(textOf(after, MAIN)!))).toEqual(['version', 'plugins']);
    expect(parseToml(textOf(after, MAIN)!).version).toBe(2n);
    expect(textOf(applied(after, takeBack(after, '1.7.35')), MAIN)).toBeUndefined();
  });
});

describe.each(['1.7.35', '2.2.9', '2.3.7'])('on containerd %s', (version) => {
  const files = host({ [MAIN]: V2_MAIN });

  test('has nothing to do the second time', () => {
    expect(install(applied(files, install(files, version)), version)).toEqual([]);
  });

  test('has nothing to take back where nothing was installed', () => {
    expect(takeBack(files, version)).toEqual([]);
    expect(takeBack(host({}), version)).toEqual([]);
  });

  test('gives the exact bytes back after updates and changed handlers', () => {
    let now = applied(files, install(files, version, [tables('runsc'), tables('runsc-kvm')]));
    expect(installedHandlers(PLATFORM, now)).toEqual(['runsc', 'runsc-kvm']);
    now = applied(now, install(now, version, [tables('runsc', '20261005.0')]));
    expect(installedHandlers(PLATFORM, now)).toEqual(['runsc']);
    now = applied(now, takeBack(now, version));
    expect([textOf(now, MAIN), textOf(now, DROP_IN)]).toEqual([V2_MAIN, undefined]);
    expect(installedHandlers(PLATFORM, now)).toEqual([]);
  });

  test('refuses a node that belongs to another installer, also to take its things back', () => {
    const theirs = applied(files, install(files, version, [tables('runsc')], 'other/installer'));
    const message = /has the runtime tables of the installer other\/installer: a node belongs to one installer; set that one to desiredState ABSENT/;
    expect(() => install(theirs, version)).toThrow(message);
    expect(() => takeBack(theirs, version)).toThrow(message);
  });

  test('keeps what others have added to the file since', () => {
    const installed = textOf(applied(files, install(files, version)), MAIN)!;
    const dropIn = textOf(applied(files, install(files, version)), DROP_IN);
    const now = host({ [MAIN]: `${installed}[timeouts]\nx = "1s"\n`, ...(dropIn === undefined ? {} : { [DROP_IN]: dropIn }) });
    expect(install(now, version).length).toBeLessThanOrEqual(1);
    expect(textOf(applied(now, takeBack(now, version)), MAIN)).toBe(`${V2_MAIN}[timeouts]\nx = "1s"\n`);
  });
});

test.each([['1.7.35', '2.2.9'], ['2.2.9', '1.7.35']])('an update of containerd from %s to %s turns block and drop-in into each other', (from, to) => {
  const files = host({ [MAIN]: V2_MAIN });
  const now = applied(files, install(files, from));
  const moved = applied(now, install(now, to));
  const fresh = applied(files, install(files, to));
  expect([textOf(moved, MAIN), textOf(moved, DROP_IN)]).toEqual([textOf(fresh, MAIN), textOf(fresh, DROP_IN)]);
});

test('says where a file is wrong that somebody has broken after us', () => {
  const files = host({ [MAIN]: V2_MAIN });
  const broken = host({ [MAIN]: `${textOf(applied(files, install(files, '1.7.35')), MAIN)!}[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]\n` });
  expect(() => install(broken, '1.7.35')).toThrow(/^\/etc\/containerd\/config.toml is not valid TOML in line 19, .*; correct the file/);
});

test('does not take a file for absent that is not mounted', () => {
  expect(() => install({ read: () => undefined, list: () => [], sees: () => false }, '2.2.9')).toThrow(/have to be mounted/);
});
