import {
  FIRST_GO_ARCHIVE, FIRST_SAFE_CONFIG_PATH, KATA_RELEASES_URL, KATA_SECURITY_FLOOR, V4_2_0, type KataArchives,
} from './kata-archives';
import { KATA_BUILT_FOR, componentFiles } from './kata-components';
import type { KataShim } from './kata-shim';
import { compareKataVersions, validateKataVersion } from './kata-version';
import { releaseDirectory } from '../installer/host-layout';
import type { ArchivePlan, ArtifactPlan } from '../installer/install-plan';

/** SHA-256 of an archive for each architecture, 64 hexadecimal digits. */
export interface KataChecksums {
  /**
   * SHA-256 of the archive that ends in `-amd64.tar.zst`.
   *
   * @default - not installed on amd64 nodes
   */
  readonly amd64Sha256?: string;

  /**
   * SHA-256 of the archive that ends in `-arm64.tar.zst`.
   *
   * @default - not installed on arm64 nodes
   */
  readonly arm64Sha256?: string;

  /**
   * SHA-256 of the archive that ends in `-ppc64le.tar.zst`.
   *
   * @default - not installed on ppc64le nodes
   */
  readonly ppc64leSha256?: string;

  /**
   * SHA-256 of the archive that ends in `-s390x.tar.zst`.
   *
   * @default - not installed on s390x nodes
   */
  readonly s390xSha256?: string;
}

/** Facts about a Kata release that this library does not know. At least one checksum is needed. */
export interface KataReleaseProps {
  /**
   * Checksums of `kata-static-<version>-<architecture>.tar.zst`, the archive of runtime-rs.
   *
   * @default - shims of runtime-rs cannot be installed from this release
   */
  readonly runtimeRs?: KataChecksums;

  /**
   * Checksums of `kata-go-static-<version>-<architecture>.tar.zst`, the archive of the deprecated Go runtime.
   *
   * @default - shims of the Go runtime cannot be installed from this release
   */
  readonly goRuntime?: KataChecksums;

  /**
   * Allow a release before 4.1.0, the first with the fixes of all advisories known so far. Releases before 4.0.0 are
   * refused all the same: with them any Pod can name the configuration file that its shim reads (CVE-2026-50540).
   *
   * @default false
   */
  readonly allowBelowSecurityFloor?: boolean;
}

type Checksums = { readonly [arch: string]: string };

/**
 * A release of Kata Containers, with the checksums that its archives are verified against before a node opens them.
 * A release is always named exactly: an update of this library never changes what runs on a node.
 *
 * Kata publishes two archives, one for each of its runtimes; a shim comes from the one of its runtime.
 *
 * @see https://github.com/kata-containers/kata-containers/releases
 */
export class KataRelease {
  /**
   * Release 4.2.0: runtime-rs for amd64 (checksum stated by five independent sources) and arm64 (by two), the Go runtime
   * for amd64 (by one).
   */
  public static readonly V4_2_0 = KataRelease.known(V4_2_0);

  /**
   * Define a release that this library does not know.
   *
   * Throws where the version is not an exact release, is older than 4.0.0 or, unless allowed, older than 4.1.0, and where
   * no checksum is given or one is malformed.
   *
   * @param version exact release, such as `4.3.0`
   * @param props checksums of its archives
   */
  public static of(version: string, props: KataReleaseProps): KataRelease {
    validateKataVersion(version);
    refuseUnsafe(version, props.allowBelowSecurityFloor ?? false);
    const rust = checksums(version, 'runtimeRs', props.runtimeRs ?? {});
    const go = checksums(version, 'goRuntime', props.goRuntime ?? {});
    if (Object.keys(rust).length + Object.keys(go).length === 0) {
      throw new Error(`Kata ${version} has no checksum; set runtimeRs, goRuntime or both, such as runtimeRs: { amd64Sha256: '...' }`);
    }
    if (Object.keys(go).length && compareKataVersions(version, FIRST_GO_ARCHIVE) < 0) {
      throw new Error(`Kata ${version} has no archive of its Go runtime alone; use ${FIRST_GO_ARCHIVE} or newer, or leave out goRuntime`);
    }
    return new KataRelease(version, rust, go);
  }

  private static known({ version, rust, go }: KataArchives): KataRelease {
    const [ofRust, ofGo] = [rust, go].map((archives) => Object.fromEntries(Object.entries(archives).map(([arch, { sha256 }]) => [arch, sha256])));
    return new KataRelease(version, ofRust, ofGo);
  }

  private constructor(
    /** The exact release, such as `4.2.0`. */
    public readonly version: string,
    private readonly rust: Checksums,
    private readonly go: Checksums,
  ) {}

  /**
   * Architectures that a shim can be installed on from this release: those of the shim that the release has a checksum
   * for, sorted.
   *
   * @param shim the shim
   */
  public architecturesOf(shim: KataShim): string[] {
    const known = this.checksumsFor(shim);
    return shim.architectures.filter((arch) => known[arch] !== undefined);
  }

  /**
   * Whether this release is the given one or a newer one. Throws where `version` is not an exact release.
   *
   * @param version exact release, such as `4.2.0`
   */
  public isAtLeast(version: string): boolean {
    validateKataVersion(version);
    return compareKataVersions(this.version, version) >= 0;
  }

  /**
   * How the node agent gets what a shim needs of this release. Each shim has a folder of its own, so that adding or
   * removing one leaves the files of the others, and of their Pods, alone.
   *
   * @param shim the shim
   * @param mirror replaces `https://github.com/kata-containers/kata-containers/releases`
   * @internal
   */
  public _artifact(shim: KataShim, mirror: string = KATA_RELEASES_URL): ArtifactPlan {
    const base = mirror.replace(/\/+$/, '');
    const { archive, shim: program } = shim._runtime;
    const { components, componentsOnArm64 = [] } = shim._facts;
    const archives: { [arch: string]: ArchivePlan } = {};
    for (const arch of this.architecturesOf(shim)) {
      archives[arch] = {
        url: `${base}/download/${this.version}/${archive}-${this.version}-${arch}.tar.zst`,
        format: 'tar.zst',
        checksum: { algorithm: 'sha256', hex: this.checksumsFor(shim)[arch] },
        root: KATA_BUILT_FOR.slice(1),
        include: [
          program,
          kataConfigurationFile(shim),
          ...componentFiles([...components, ...arch === 'arm64' ? componentsOnArm64 : []], arch),
        ].sort(),
      };
    }
    return {
      directory: releaseDirectory(shim.handler, this.version),
      archives,
      required: [program, ...components.includes('virtiofsd') ? componentFiles(['virtiofsd'], '') : []].sort(),
      version: { command: [program, '--version'], output: `version: ${this.version},` },
    };
  }

  private checksumsFor(shim: KataShim): Checksums {
    return shim.isRuntimeRs ? this.rust : this.go;
  }
}

/** The shim's shipped configuration file, relative to the unpacked release. */
export function kataConfigurationFile(shim: KataShim): string {
  return `${shim._runtime.configurations}/configuration-${shim.name}.toml`;
}

function refuseUnsafe(version: string, allowed: boolean): void {
  if (compareKataVersions(version, FIRST_SAFE_CONFIG_PATH) < 0) {
    throw new Error(`Kata ${version} lets any Pod name the configuration file that its shim reads (CVE-2026-50540), and with it a program that runs as root`
      + ` on the node; use ${KATA_SECURITY_FLOOR} or newer`);
  }
  if (compareKataVersions(version, KATA_SECURITY_FLOOR) < 0 && !allowed) {
    throw new Error(`Kata ${version} lacks the fix of GHSA-fmg6-v47x-52wr, and Kata fixes only its newest release; use ${KATA_SECURITY_FLOOR} or newer, or set`
      + ' allowBelowSecurityFloor if the risk is understood');
  }
}

function checksums(version: string, what: string, given: KataChecksums): Checksums {
  const members = { amd64: 'amd64Sha256', arm64: 'arm64Sha256', ppc64le: 'ppc64leSha256', s390x: 's390xSha256' } as const;
  const known: { [arch: string]: string } = {};
  for (const [arch, member] of Object.entries(members)) {
    const sha256 = given[member];
    if (sha256 === undefined) {
      continue;
    }
    if (!/^[0-9a-f]{64}$/i.test(sha256)) {
      const strange = /[^0-9a-f]/i.exec(sha256);
      throw new Error(`${what}.${member} of Kata ${version} must be a SHA-256 of 64 hexadecimal digits, got ${sha256.length} characters`
        + (strange ? ` with "${strange[0]}" at position ${strange.index + 1}` : ''));
    }
    known[arch] = sha256.toLowerCase();
  }
  return known;
}
