import { isDeepStrictEqual } from 'node:util';
import type { RuntimePlan } from '../../installer/install-plan';
import { KATA_RELEASES_URL } from '../../runtime/kata-archives';
import { KATA_BUILT_FOR } from '../../runtime/kata-components';
import { KATA_DROP_IN } from '../../runtime/kata-config';
import { qemuStarter } from '../../runtime/kata-qemu-starter';
import { kataConfigurationFile, KataRelease } from '../../runtime/kata-release';
import { KataShim } from '../../runtime/kata-shim';
import type { Installer } from '../installer';
import type { Rule } from '../rule';

const SHIMS = new Map(instancesOf(KataShim).map((shim) => [shim.handler, shim]));
const RELEASES = new Map(instancesOf(KataRelease).map((release) => [release.version, release]));

/** Shim -> archive: where the plan installs Kata, it says of shim and release what is known of them. */
export const kataRelease: Rule = {
  id: 'kata-release',
  *check({ runtimes }) {
    for (const { installer, runtime } of runtimes) {
      if (!runtime.runtime.startsWith('kata-')) {
        continue;
      }
      const shim = SHIMS.get(runtime.runtime);
      const messages = shim
        ? [...shimProblems(installer, runtime, shim), ...releaseProblems(runtime, shim)]
        : [`the runtime of "${runtime.handler}" is "${runtime.runtime}", and Kata has no such shim; it has ${[...SHIMS.keys()].sort().join(', ')}`];
      for (const message of messages) {
        yield { object: installer.daemonSet, message };
      }
    }
  },
};

function* shimProblems({ bundle }: Installer, runtime: RuntimePlan, shim: KataShim): Generator<string> {
  const { handler, shim: path, config, baseConfig, programs = [], artifact, requires } = runtime;
  const program = `${artifact.directory}/${shim._runtime.shim}`;
  if (path !== program) {
    yield `the shim of "${handler}" is "${path}"; ${shim.name} is "${program}"`;
  }
  if (baseConfig?.source !== kataConfigurationFile(shim) || baseConfig.builtFor !== KATA_BUILT_FOR) {
    yield `the configuration of "${handler}" begins with ${JSON.stringify(baseConfig)}; that of ${shim.name} is "${kataConfigurationFile(shim)}", built for "${KATA_BUILT_FOR}"`;
  }
  if (!config.path.endsWith(`/${KATA_DROP_IN}`)) {
    yield `the drop-in of "${handler}" is "${config.path}"; its name is "${KATA_DROP_IN}"`;
  }
  const starter = qemuStarter(shim, artifact.directory);
  if (!isDeepStrictEqual(programs.map(({ key }) => bundle.get(`files/${key}`)), starter === undefined ? [] : [starter])) {
    yield `the programs of "${handler}" are ${programs.map(({ key }) => key).join(', ') || 'none'}; ${starter === undefined
      ? `${shim.name} needs none` : `${shim.name} needs one that starts QEMU with the firmware in ${artifact.directory}`}`;
  }
  if (!isDeepStrictEqual(requires.devices, shim._facts.devices)) {
    yield `the plan asks nodes of "${handler}" for the devices ${requires.devices.join(', ') || 'none'}; ${shim.name} needs ${shim._facts.devices.join(', ') || 'none'}`;
  }
}

function* releaseProblems({ release: version, artifact }: RuntimePlan, shim: KataShim): Generator<string> {
  const known = RELEASES.get(version)?._artifact(shim);
  if (!known) {
    return;
  }
  for (const member of ['required', 'version'] as const) {
    if (!isDeepStrictEqual(artifact[member], known[member])) {
      yield `the plan has ${member} ${JSON.stringify(artifact[member])} for Kata ${version}; of ${shim.name} it is ${JSON.stringify(known[member])}`;
    }
  }
  for (const [arch, archive] of Object.entries(artifact.archives)) {
    const expected = known.archives[arch];
    if (!expected) {
      // A checksum of the user's own.
      continue;
    }
    const path = expected.url.slice(KATA_RELEASES_URL.length);
    if (!archive.url.endsWith(path)) {
      yield `the archive of Kata ${version} for ${arch} is "${archive.url}"; its path below ${KATA_RELEASES_URL} or a mirror is "${path}"`;
    }
    for (const member of ['root', 'include'] as const) {
      if (!isDeepStrictEqual(archive[member], expected[member])) {
        yield `of the archive of Kata ${version} for ${arch} the plan has ${member} ${JSON.stringify(archive[member])}; what ${shim.name} needs is ${JSON.stringify(expected[member])}`;
      }
    }
  }
}

/** The instances that a class has as its constants. */
function instancesOf<T>(type: { readonly prototype: T }): T[] {
  return Object.values(type).filter((value) => value instanceof (type as unknown as new () => T));
}
