import { BOOLEAN, OBJECT, requireKinds, shown } from './given';
import {
  FIRST_GO_ARCHIVE, FIRST_SAFE_CONFIG_PATH, KATA_RELEASES_URL, KATA_SECURITY_FLOOR, V4_2_0, type KataArchives,
} from './kata-archives';
import { kataArtifact, kataPart } from './kata-artifact';
import type { KataShim } from './kata-shim';
import { compareKataVersions, validateKataVersion } from './kata-version';
import { fromRegistry } from '../installer/image-registry';
import type { ArchivePlan, DownloadedArtifactPlan } from '../installer/install-plan';
import { validateImage } from '../installer/installer-image';

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

/** Facts about a Kata release that this library does not know: of each source that it is to be installed from. */
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
   * The release's kata-deploy image by digest, such as `quay.io/kata-containers/kata-deploy:4.3.0@sha256:...`.
   *
   * @default - KataArtifacts.image() has to name it
   */
  readonly image?: string;

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
   * for amd64 (by one); the kata-deploy image (digest stated by two).
   */
  public static readonly V4_2_0 = KataRelease.known(V4_2_0);

  /**
   * Define a release that this library does not know.
   *
   * Throws where the version is not an exact release, is older than 4.0.0 or, unless allowed, older than 4.1.0, and where
   * a checksum or digest is malformed.
   *
   * @param version exact release, such as `4.3.0`
   * @param props checksums of its archives; a release that is on the nodes already needs none
   */
  public static of(version: string, props: KataReleaseProps = {}): KataRelease {
    validateKataVersion(version);
    requireKinds(`Kata ${version}`, props, { runtimeRs: OBJECT, goRuntime: OBJECT, allowBelowSecurityFloor: BOOLEAN });
    refuseUnsafe(version, props.allowBelowSecurityFloor ?? false);
    const rust = checksums(version, 'runtimeRs', props.runtimeRs ?? {});
    const go = checksums(version, 'goRuntime', props.goRuntime ?? {});
    if (Object.keys(go).length && compareKataVersions(version, FIRST_GO_ARCHIVE) < 0) {
      throw new Error(`Kata ${version} has no archive of its Go runtime alone; use ${FIRST_GO_ARCHIVE} or newer, or leave out goRuntime`);
    }
    const image = props.image === undefined ? undefined : validateImage(props.image);
    return new KataRelease(version, rust, go, () => image);
  }

  private static known({ version, rust, go, image }: KataArchives): KataRelease {
    const [ofRust, ofGo] = [rust, go].map((archives) => Object.fromEntries(Object.entries(archives).map(([arch, { sha256 }]) => [arch, sha256])));
    return new KataRelease(version, ofRust, ofGo, (registry) => fromRegistry(registry, image.reference));
  }

  private constructor(
    /** The exact release, such as `4.2.0`. */
    public readonly version: string,
    private readonly rust: Checksums,
    private readonly go: Checksums,
    /**
     * Its kata-deploy image, where it is known: in another registry, unless the user has named the image.
     *
     * @internal
     */
    public readonly _image: (registry?: string) => string | undefined,
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
  public _artifact(shim: KataShim, mirror: string = KATA_RELEASES_URL): DownloadedArtifactPlan {
    const base = mirror.replace(/\/+$/, '');
    const archives: { [arch: string]: ArchivePlan } = {};
    for (const arch of this.architecturesOf(shim)) {
      archives[arch] = {
        url: `${base}/download/${this.version}/${shim._runtime.archive}-${this.version}-${arch}.tar.zst`,
        format: 'tar.zst',
        checksum: { algorithm: 'sha256', hex: this.checksumsFor(shim)[arch] },
        ...kataPart(shim, arch),
      };
    }
    const { directory, ...proof } = kataArtifact(shim, this.version);
    return { directory, archives, ...proof };
  }

  private checksumsFor(shim: KataShim): Checksums {
    return shim.isRuntimeRs ? this.rust : this.go;
  }
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
      throw new Error(`${what}.${member} of Kata ${version} must be a SHA-256 of 64 hexadecimal digits, got ${typeof sha256 === 'string' ? `${sha256.length} characters` : shown(sha256)}`
        + (strange ? ` with "${strange[0]}" at position ${strange.index + 1}` : ''));
    }
    known[arch] = sha256.toLowerCase();
  }
  return known;
}
