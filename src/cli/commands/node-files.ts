import type { HostFilePlan, InstallPlan, RuntimePlan } from '../../installer/install-plan';
import { tableFormats, type Installer } from '../../lineup/installer';

/** What an installer has on a host: what tells two versions of it apart, and when it goes if it is planned no more. */
interface NodeFile {
  readonly version: string;
  readonly stays: string;
}

const WHILE_USED = 'until no Pod uses it';
const unmounted = (what: string) => `where it is: the installer no longer mounts ${what}`;
/** docs/node-installation.md#settings-of-the-kubelet */
const orTakeBack = (stays: string) => `${stays}; put the settings back and set desiredState to ABSENT to have it taken back, or remove it by hand`;

/** What happens to files, and what is brought, where nodes have one installation and are to have the other. */
export function nodeFiles(old: Installer | undefined, now: Installer | undefined): string[] {
  const [before, after] = [filesOf(old), filesOf(now)];
  // Where everything is taken back, nothing is left.
  const left = now ? [...before].filter(([path]) => !after.has(path)) : [];
  return [
    ...releases(old?.plan, now?.plan),
    ...[...after].flatMap(([path, { version }]) => {
      const known = before.get(path);
      return !known ? [`write ${path}`] : known.version !== version ? [`change ${path}`] : [];
    }),
    ...left.map(([path, { stays }]) => `leave ${path} ${stays}`),
  ];
}

function filesOf(installer: Installer | undefined): Map<string, NodeFile> {
  const plan = installer?.plan;
  if (!plan) {
    return new Map();
  }
  const ofRuntimes = plan.runtimes.flatMap(({ config, sharedConfig, programs = [] }) => [config, sharedConfig ?? [], programs].flat());
  const entry = (stays: string) => ({ path, sha256 }: HostFilePlan): [string, NodeFile] => [path, { version: sha256, stays }];
  return new Map([
    ...ofRuntimes.map(entry(WHILE_USED)),
    ...(plan.kubelet ? [plan.kubelet.file] : []).map(entry(orTakeBack(unmounted('its folder')))),
    // A mount of that one file, as /etc is not ours.
    ...(plan.crictl ? [plan.crictl] : []).map(entry(orTakeBack(unmounted('it')))),
    [tablePlace(plan), { version: tableTexts(installer).join('\n'), stays: unmounted('its folder') }],
  ]);
}

/** Where the runtime tables are on a host. Which place it is, where there are several, the node's own files decide. */
export function tablePlace({ platform }: InstallPlan): string {
  if (platform.kind !== undefined) {
    return platform.kind === 'crio' ? `${platform.dropInFolder}/*` : platform.configFile;
  }
  const { dropInFile, configFile, templates, managed } = platform;
  if (managed) {
    return dropInFile;
  }
  const dropIns = templates ? templates.flatMap((template) => template.dropInFile ?? []) : [dropInFile];
  const blocks = `a block in ${templates?.map(({ file }) => file).join(' or ') ?? configFile}`;
  return dropIns.length ? `${dropIns.join(' or ')} (or ${blocks})` : blocks;
}

export function tableTexts(installer: Installer | undefined): string[] {
  const plan = installer?.plan;
  return plan ? plan.runtimes.flatMap(({ tables }) => tableFormats(plan).map((format) => installer.bundle.get(`files/${tables[format]}`) ?? '')) : [];
}

function releases(old: InstallPlan | undefined, now: InstallPlan | undefined): string[] {
  const known = new Set(old?.runtimes.map(({ artifact }) => artifact.directory));
  return [...new Set((now?.runtimes ?? []).filter(({ artifact }) => !known.has(artifact.directory)).flatMap(release))];
}

function release({ artifact, runtime, release: version }: RuntimePlan): string[] {
  switch (artifact.kind) {
    case 'node': return [];
    case 'image': return [`take ${runtime} ${version} out of ${artifact.image} and unpack it to ${artifact.directory}`];
    default: return [`download ${runtime} ${version} and unpack it to ${artifact.directory}`];
  }
}
