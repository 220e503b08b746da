import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KataShim, KataSupport } from '../../src/runtime/kata-shim';
import { KATA_SHIMS } from '../../src/runtime/kata-shims';
import { mebibytes } from '../../src/runtime/pod-overhead';

const SHIMS = Object.entries(KataShim).filter((entry): entry is [string, KataShim] => entry[1] instanceof KataShim);
const RESEARCH = join(__dirname, '..', '..', '..', 'shared', 'reference', 'kata-deploy.md');

test('every shim is a constant with Kata\'s own name in capitals', () => {
  expect(SHIMS.map(([constant]) => constant.toLowerCase().replace(/_/g, '-')).sort()).toEqual(KATA_SHIMS.map(({ name }) => name).sort());
  for (const [constant, shim] of SHIMS) {
    expect(shim.name).toBe(constant.toLowerCase().replace(/_/g, '-'));
    expect(shim.handler).toBe(`kata-${shim.name}`);
  }
});

test('those of the Go runtime are deprecated, and three of runtime-rs run on any node with virtualization', () => {
  const of = (support: KataSupport) => SHIMS.filter(([, shim]) => shim.support === support).map(([constant]) => constant).sort();
  expect(of(KataSupport.MAINTAINED)).toEqual(['CLH_RUNTIME_RS', 'DRAGONBALL', 'QEMU_RUNTIME_RS']);
  for (const constant of of(KataSupport.DEPRECATED)) {
    expect(KataShim[constant as keyof typeof KataShim]).toMatchObject({ isRuntimeRs: false });
  }
});

test.each(SHIMS)('%s reserves more memory than it gives the guest beyond the Pod\'s limits', (_constant, shim) => {
  expect(mebibytes(shim._facts.podFixed.memory)).toBeGreaterThan(shim._facts.guestOverhead?.memory ?? 0);
});

test.each(SHIMS)('%s has guest sizes exactly where runtime-rs makes a guest from them', (_constant, { isRuntimeRs, _facts: { guestOverhead, staticSizing } }) => {
  expect(guestOverhead !== undefined).toBe(isRuntimeRs);
  expect(staticSizing || !isRuntimeRs).toBe(true);
});

/** The section on handlers, classes and their overhead. */
function section(): string {
  return readFileSync(RESEARCH, 'utf8').split('### 1.5')[1].split('### 1.6')[0];
}

/** Rows of the table "Handlers, RuntimeClasses, overhead", by handler; a row may name a handler and its sibling of runtime-rs. */
function documented(): Map<string, string[]> {
  const rows = section().split('\n').filter((line) => line.startsWith('| kata-')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return new Map(rows.flatMap(([names, ...cells]) => {
    const [first, ...others] = names.replace(/\s*\(.*\)/, '').split(', ');
    return [first, ...others.map((other) => other.replace('…', first))].map((handler) => [handler, cells] as [string, string[]]);
  }));
}

// The table is not part of the repository.
(existsSync(RESEARCH) ? describe : describe.skip)(`each record agrees with the research${existsSync(RESEARCH) ? '' : ' (skipped: the research is not beside this checkout)'}`, () => {
  const rows = existsSync(RESEARCH) ? documented() : new Map<string, string[]>();

  /** Where chart and payload of Kata disagree with each other: the side that cannot hurt. */
  const DRIFTS: { readonly [handler: string]: { readonly architectures?: string[]; readonly memory?: string } } = {
    // The chart offers arm64, for which there is no payload.
    'kata-qemu-nvidia-gpu-runtime-rs': { architectures: ['amd64'] },
    // The chart's reason for 320Mi is every QEMU, this one was left out.
    'kata-qemu-coco-dev': { memory: '320Mi' },
  };

  test('the table has every shim, and beside them only the one that Kata no longer publishes', () => {
    expect([...rows.keys()].filter((handler) => handler !== 'kata-stratovirt').sort()).toEqual(SHIMS.map(([, { handler }]) => handler).sort());
  });

  test.each(SHIMS)('%s', (_constant, shim) => {
    const [architectures, overhead, snapshotter, labels] = rows.get(shim.handler)!;
    const [memory, cpu] = overhead.split(' / ');
    const drift = DRIFTS[shim.handler] ?? {};
    expect(shim.architectures).toEqual(drift.architectures ?? architectures.replace(/\(.*\)/, '').match(/[a-z]+\d+[a-z]*/g)!.sort());
    expect(shim.overhead).toEqual({ memory: drift.memory ?? memory, cpu: cpu.replace('1.0', '1') });
    expect(shim.snapshotter ?? '–').toBe(snapshotter.split(' ')[0]);
    const known = { ...shim._facts.nodeSelector, ...shim._facts.featureLabels };
    for (const word of labels.match(/cc\.ready\.state|snp|tdx|cpu-security\.se\.enabled/g) ?? []) {
      expect(Object.keys(known).join(' ')).toContain(word);
    }
    expect(Object.keys(known).length > 0).toBe(labels !== '');
    expect(shim._facts.nodeSelector?.['nvidia.com/cc.ready.state']).toBe(/cc\.ready\.state: "(\w+)"/.exec(labels)?.[1] ?? (labels === 'same' ? 'false' : undefined));
  });

  // The GPU shims' sizes are not in it; they are those of Kata's Makefile.
  const SIZED = SHIMS.filter(([, { name, isRuntimeRs }]) => isRuntimeRs && !name.includes('gpu'));

  test.each(SIZED)('%s has the sizes that Kata ships', (_constant, { name, _facts: { guestOverhead, defaults, staticSizing } }) => {
    const text = section();
    const [, light, tee, se] = /overhead_memory (\d+) MiB QEMU\/CLH\/DB\/OpenVMM, (\d+) NV base\/TEE, (\d+) SE/.exec(text)!.map(Number);
    const [, vcpus, teeVcpus] = /overhead_vcpus ([\d.]+) \(TEE ([\d.]+)\)/.exec(text)!.map(Number);
    const [, memory, defaultVcpus] = /`default_memory` \((\d+) MiB\), `default_vcpus` \((\d+)\)/.exec(text)!.map(Number);
    const isTee = /snp|tdx|-se-|coco/.test(name);
    expect(guestOverhead).toEqual({ memory: /-se-/.test(name) ? se : isTee || /nvidia/.test(name) ? tee : light, vcpus: isTee ? teeVcpus : vcpus });
    expect({ defaults, staticSizing }).toEqual({ defaults: { memory, vcpus: defaultVcpus }, staticSizing: /`static_sandbox_resource_mgmt = true`/.test(text) });
  });

  test('the shims of runtime-rs are those that Kata lists', () => {
    const [, list] = /list `RUST_SHIMS` in [^:]*: ([^)]*)\)/.exec(readFileSync(RESEARCH, 'utf8').replace(/\s+/g, ' '))!;
    const names = [...list.matchAll(/[\w-]+(?:\{[^}]*\}[\w-]*)?/g)].flatMap(([name]) => {
      const [, before, alternatives, after] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
      return alternatives === undefined ? [name] : alternatives.split(',').map((one) => `${before}${one}${after}`);
    });
    expect(SHIMS.filter(([, { isRuntimeRs }]) => isRuntimeRs).map(([, { name }]) => name).sort()).toEqual(names.sort());
  });

  test('a confidential guest takes a key of its node', () => {
    for (const [, resource, count] of section().matchAll(/`([a-z.-]+\/(?:esids|keys)): (\d+)`/g)) {
      const kind = resource.startsWith('sev-snp') ? 'snp' : 'tdx';
      for (const [, { name, _facts }] of SHIMS.filter(([, shim]) => shim.name.includes(kind))) {
        expect([name, _facts.extendedResources]).toEqual([name, { [resource]: count }]);
      }
    }
    expect(SHIMS.filter(([, { _facts }]) => _facts.extendedResources).map(([, { name }]) => name).every((name) => /snp|tdx/.test(name))).toBe(true);
  });

  test('where chart and payload disagree, an architecture counts only if both have it', () => {
    const [, payloadOnly, chartOnly] = /disagreements between chart and payload manifest: ([\w, -]+) \(manifest has arm64, chart does not\) and ([\w-]+) \(chart has arm64, manifest does not/
      .exec(readFileSync(RESEARCH, 'utf8').replace(/\s+/g, ' '))!;
    for (const drifted of [...payloadOnly.split(', '), chartOnly]) {
      expect([drifted, SHIMS.find(([, { name }]) => name === drifted)![1].architectures]).toEqual([drifted, ['amd64']]);
    }
  });
});
