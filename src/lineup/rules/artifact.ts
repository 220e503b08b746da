import { HOST_LAYOUT, releaseDirectory } from '../../installer/host-layout';
import { artifactArchitectures, type ArchivePart, type ArtifactPlan, type ImageArtifactPlan, type InstallPlan, type RuntimePlan } from '../../installer/install-plan';
import { archivesFolder } from '../../installer/installer-image';
import type { Rule } from '../rule';
import { sameData } from '../same-data';

/** What download locations call the architectures. */
const ARCHITECTURES = /\b(amd64|x86_64|arm64|aarch64|ppc64le|s390x)\b/g;
const PINNED = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** Shim -> release: what is downloaded, copied or found on the node is the release, in the release's own folder, with the files that are used. */
export const artifact: Rule = {
  id: 'artifact',
  *check({ runtimes }) {
    for (const { installer, plan, runtime } of runtimes) {
      for (const message of [...problems(runtime), ...sharedFolder(plan, runtime)]) {
        yield { object: installer.daemonSet, message };
      }
    }
  },
};

/** Handlers may share a folder, but only with one release in it. */
function* sharedFolder({ runtimes }: InstallPlan, runtime: RuntimePlan): Generator<string> {
  const { directory } = runtime.artifact;
  const [first] = runtimes.filter((other) => other.artifact.directory === directory);
  if (first.handler === runtime.handler) return;
  if (runtime.artifact.kind === 'node') {
    if (first.release !== runtime.release) {
      yield `"${first.handler}" takes "${directory}" of the node for release ${first.release} and "${runtime.handler}" for ${runtime.release}; a folder holds one release`;
    }
  } else if (!sameData(first.artifact, runtime.artifact)) {
    yield `"${first.handler}" and "${runtime.handler}" unpack different archives to "${directory}"; give both the same release and artifacts`;
  }
}

function* problems(runtime: RuntimePlan): Generator<string> {
  const { handler, release, artifact: plan } = runtime;
  const { required, version } = plan;
  yield* folder(runtime);
  const [program] = version.command;
  if (!required.includes(program)) {
    yield `the version command of "${handler}" is "${program}", which is not among the files that the release brings: ${required.join(', ')}`;
  }
  if (!version.output.includes(release)) {
    yield `the version command of "${handler}" is to print "${version.output}", which does not name the release ${release}`;
  }
  yield* unbrought(runtime);
  if (plan.kind === undefined) yield* downloads(handler, release, Object.values(plan.archives).map(({ url }) => url));
  if (plan.kind === 'image') {
    yield* unverified(runtime.runtime, handler, plan);
    const { image, imageFolder, copies } = plan;
    const folders = [false, true].map((mounted) => archivesFolder(image, imageFolder, mounted));
    if (!PINNED.test(image)) {
      yield `the image that has the release of "${handler}" is "${image}", which is not pinned by digest; write it as <name>@sha256:<64 hexadecimal digits>`;
    } else if (!folders.includes(copies)) {
      yield `the archives of "${handler}" are looked for in "${copies}"; those of the image ${image} are in "${folders[0]}" where they are copied, and in "${folders[1]}" where it is mounted`;
    }
  }
}

function* folder({ handler, runtime, release, artifact: { kind, directory } }: RuntimePlan): Generator<string> {
  if (kind === 'node') {
    if (directory === HOST_LAYOUT.opt || directory.startsWith(`${HOST_LAYOUT.opt}/`)) {
      yield `"${handler}" takes its release from "${directory}", as if it were on the node already, and what is in ${HOST_LAYOUT.opt} the installer itself removes; name another folder`;
    }
    return;
  }
  const expected = releaseDirectory(runtime, release);
  if (directory !== expected) {
    yield `the release of "${handler}" is unpacked to "${directory}"; the folder of ${runtime} ${release} is "${expected}"`;
  }
}

/** Files that the plan uses and does not bring, where it brings only a part. */
function* unbrought({ handler, artifact: plan, baseConfig }: RuntimePlan): Generator<string> {
  for (const arch of artifactArchitectures(plan)) {
    const part = partOf(plan, arch);
    const used = [...plan.required, ...baseConfig ? [baseConfig.source] : []];
    const missing = part && used.filter((file) => !part.some((path) => path === file || (path.endsWith('/') && file.startsWith(path))));
    if (missing?.length) {
      yield `"${handler}" uses ${missing.join(', ')}, which is not among what it ${plan.kind === 'node' ? 'looks for' : 'takes of the archive'} on ${arch}: ${part!.join(', ')}`;
    }
  }
}

/** Archives of gVisor in an image are the published ones. Those in Kata's own image were never published. */
function* unverified(runtime: string, handler: string, { archives }: ImageArtifactPlan): Generator<string> {
  for (const [arch, { names, checksums }] of Object.entries(runtime === 'gvisor' ? archives : {})) {
    for (const name of names.filter((each) => !checksums?.[each])) {
      yield `"${handler}" takes ${name} out of an image on ${arch} without a checksum, so that nothing verifies it before it is opened; synthesize the installer again`;
    }
  }
}

function partOf(plan: ArtifactPlan, arch: string): readonly string[] | undefined {
  if (plan.kind === 'node') return plan.files[arch];
  const part: ArchivePart = plan.archives[arch];
  return part.include;
}

function* downloads(handler: string, release: string, urls: readonly string[]): Generator<string> {
  for (const url of urls) {
    if (!url.split('/').some((part) => part.includes(release))) {
      yield `the archive of "${handler}" is "${url}", which does not name the release ${release}`;
    }
  }
  const [first, ...others] = urls.map((url) => url.replace(ARCHITECTURES, '<architecture>'));
  if (others.some((other) => other !== first)) {
    yield `the archives of "${handler}" lie in different places: ${urls.join(' and ')}; only the architecture may differ`;
  }
}
