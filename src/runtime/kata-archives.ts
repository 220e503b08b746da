/**
 * What is known of Kata's published archives. Kata publishes no checksums itself: these are those that public
 * repositories pin, and `sources` counts how many independent ones state the same value. The node agent verifies an
 * archive before it opens it, so a wrong one stops an installation and can do no more.
 */
export interface KataArchives {
  readonly version: string;
  /** runtime-rs: `kata-static-<version>-<architecture>.tar.zst`, by Kubernetes architecture. */
  readonly rust: KataChecksumsByArchitecture;
  /** The Go runtime: `kata-go-static-<version>-<architecture>.tar.zst`. */
  readonly go: KataChecksumsByArchitecture;
  /** Kata's own installer image, which has the files of both runtimes for every architecture. */
  readonly image: { readonly reference: string; readonly sources: number };
}

export type KataChecksumsByArchitecture = { readonly [arch: string]: { readonly sha256: string; readonly sources: number } };

/** Where Kata publishes its releases; a mirror replaces exactly this. */
export const KATA_RELEASES_URL = 'https://github.com/kata-containers/kata-containers/releases';

/** First release without CVE-2026-50540: before it, any Pod can name the configuration file that its shim reads. */
export const FIRST_SAFE_CONFIG_PATH = '4.0.0';

/** First release whose Go runtime has an archive of its own. */
export const FIRST_GO_ARCHIVE = '4.1.0';

/** First release with all fixes known so far; the last one was GHSA-fmg6-v47x-52wr, a bypass of policies. */
export const KATA_SECURITY_FLOOR = '4.1.0';

export const V4_2_0: KataArchives = {
  version: '4.2.0',
  rust: {
    amd64: { sha256: 'b828904fa3f1e49ddd7dc799c72cb1503cd1e772d354c3987c8d4189b2a623a8', sources: 5 },
    arm64: { sha256: '5dd4e9f2d5ea9e6bdfa2f476b3315335b58252366fcda2775a3094fc8fec376b', sources: 2 },
  },
  go: {
    amd64: { sha256: '7dda31ca54b397cbf8165f620d6041872d3c45b7a77383ce0e86f76a06e103d0', sources: 1 },
  },
  image: {
    reference: 'quay.io/kata-containers/kata-deploy:4.2.0@sha256:8878e275eeb611f5ed1613009db195f4034b25fea461aef61d407fead58872d3',
    sources: 2,
  },
};
