import { artifactArchitectures, type ArtifactPlan, type RuntimePlan } from '../../installer/install-plan';
import { KATA_RELEASES_URL } from '../../runtime/kata-archives';
import { KATA_IMAGE_FOLDER, kataArtifact, kataImageArchives, kataPart } from '../../runtime/kata-artifact';
import { KATA_BUILT_FOR } from '../../runtime/kata-components';
import { KATA_DROP_IN } from '../../runtime/kata-config';
import { qemuStarter } from '../../runtime/kata-qemu-starter';
import { KataRelease } from '../../runtime/kata-release';
import { KataShim } from '../../runtime/kata-shim';
import type { Installer } from '../installer';
import { recordAt } from '../manifest';
import type { Rule } from '../rule';
import { parseToml } from '../runtime-table';
import { sameData } from '../same-data';

// Only where Kata is installed: its tables are not even loaded before.
const knownShims = () => new Map(instancesOf(KataShim).map((shim) => [shim.handler, shim]));
const knownRelease = (version: string) => instancesOf(KataRelease).find((release) => release.version === version);

/** Shim -> archive: where the plan installs Kata, it says of shim and release what is known of them. */
export const kataRelease: Rule = {
  id: 'kata-release',
  *check({ runtimes }) {
    for (const { installer, runtime } of runtimes) {
      if (!runtime.runtime.startsWith('kata-')) {
        if (runtime.runtime !== 'gvisor') {
          yield { object: installer.daemonSet, message: `the runtime of "${runtime.handler}" is "${runtime.runtime}"; it has to be gvisor or kata-<shim>` };
        }
        continue;
      }
      const shim = knownShims().get(runtime.runtime) ?? (runtime.shimFacts && KataShim._ofPlan(runtime.runtime.slice('kata-'.length), runtime.shimFacts));
      const messages = shim
        ? [...shimProblems(installer, runtime, shim), ...partProblems(runtime, shim), ...releaseProblems(runtime, shim)]
        : [`the runtime of "${runtime.handler}" is "${runtime.runtime}", and Kata has no such shim; it has ${[...knownShims().keys()].sort().join(', ')}, or shimFacts of one that it does not have`];
      for (const message of messages) {
        yield { object: installer.daemonSet, message };
      }
    }
  },
};

function* shimProblems({ bundle }: Installer, runtime: RuntimePlan, shim: KataShim): Generator<string> {
  const { handler, shim: path, config, baseConfig, programs = [], artifact, requires } = runtime;
  const program = `${artifact.directory}/${shim._program}`;
  if (path !== program) {
    yield `the shim of "${handler}" is "${path}"; ${shim.name} is "${program}"`;
  }
  if (baseConfig?.source !== shim._configurationFile || baseConfig.builtFor !== KATA_BUILT_FOR) {
    yield `the configuration of "${handler}" begins with ${JSON.stringify(baseConfig)}; that of ${shim.name} is "${shim._configurationFile}", built for "${KATA_BUILT_FOR}"`;
  }
  if (!config.path.endsWith(`/${KATA_DROP_IN}`)) {
    yield `the drop-in of "${handler}" is "${config.path}"; its name is "${KATA_DROP_IN}"`;
  }
  const sections = Object.keys(recordAt(parseToml(bundle.get(`files/${config.key}`) ?? ''), 'hypervisor'));
  if (!sameData(sections, [shim._hypervisor])) {
    yield `${config.key} has ${sections.map((section) => `[hypervisor.${section}]`).join(', ') || 'no section of a hypervisor'}; ${shim.name} reads [hypervisor.${shim._hypervisor}]`;
  }
  const starter = qemuStarter(shim, artifact.directory);
  if (!sameData(programs.map(({ key }) => bundle.get(`files/${key}`)), starter === undefined ? [] : [starter])) {
    yield `the programs of "${handler}" are ${programs.map(({ key }) => key).join(', ') || 'none'}; ${starter === undefined
      ? `${shim.name} needs none` : `${shim.name} needs one that starts QEMU with the firmware in ${artifact.directory}`}`;
  }
  if (!sameData(requires.devices, shim._facts.devices)) {
    yield `the plan asks nodes of "${handler}" for the devices ${requires.devices.join(', ') || 'none'}; ${shim.name} needs ${shim._facts.devices.join(', ') || 'none'}`;
  }
}

/** Which part of the release the shim needs, wherever it comes from. */
function* partProblems({ handler, release, artifact }: RuntimePlan, shim: KataShim): Generator<string> {
  const expected = kataArtifact(shim, release);
  for (const member of ['required', 'version'] as const) {
    if (!sameData(artifact[member], expected[member])) {
      yield `the plan has ${member} ${JSON.stringify(artifact[member])} for Kata ${release}; of ${shim.name} it is ${JSON.stringify(expected[member])}`;
    }
  }
  if (artifact.kind === 'image' && artifact.imageFolder !== KATA_IMAGE_FOLDER) {
    yield `the archives of "${handler}" are looked for in "${artifact.imageFolder}" of ${artifact.image}; in Kata's installer image they lie in "${KATA_IMAGE_FOLDER}"`;
  }
  for (const arch of artifactArchitectures(artifact)) {
    const given = partOf(artifact, arch);
    const needed = { ...kataPart(shim, arch), ...artifact.kind === 'image' ? { names: kataImageArchives(shim, arch) } : {} };
    for (const [member, value] of Object.entries(given)) {
      const wanted = needed[member as keyof typeof needed];
      if (!sameData(value, wanted)) {
        yield `of Kata ${release} for ${arch} the plan has ${member} ${JSON.stringify(value)}; what ${shim.name} needs is ${JSON.stringify(wanted)}`;
      }
    }
  }
}

function partOf(artifact: ArtifactPlan, arch: string): { readonly [member: string]: unknown } {
  if (artifact.kind === 'node') return { include: artifact.files[arch] };
  const { root, include } = artifact.archives[arch];
  return { root, include, ...artifact.kind === 'image' ? { names: artifact.archives[arch].names } : {} };
}

/** Of an archive that is downloaded what is known of the release. */
function* releaseProblems({ release: version, artifact }: RuntimePlan, shim: KataShim): Generator<string> {
  if (artifact.kind !== undefined) {
    return;
  }
  for (const [arch, { url }] of Object.entries(artifact.archives)) {
    const expected = knownRelease(version)?._artifact(shim).archives[arch];
    // Else it is a checksum of the user's own.
    const path = expected?.url.slice(KATA_RELEASES_URL.length);
    if (path !== undefined && !url.endsWith(path)) {
      yield `the archive of Kata ${version} for ${arch} is "${url}"; its path below ${KATA_RELEASES_URL} or a mirror is "${path}"`;
    }
  }
}

/** The instances that a class has as its constants. */
function instancesOf<T>(type: { readonly prototype: T }): T[] {
  return Object.values(type).filter((value) => value instanceof (type as unknown as new () => T));
}
