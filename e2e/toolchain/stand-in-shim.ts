import { build } from './go-program';

/**
 * A stand-in for Kata's shim, which proves wiring, not isolation: no guest boots on the machines that run these tests.
 *
 * @param version what its `--version` says
 */
export function standInShim(version: string): Promise<string> {
  return build({
    module: 'containerd17',
    main: './stand-in-shim',
    name: 'stand-in-shim',
    variables: { 'main.version': version },
    tags: ['no_btrfs', 'no_zfs', 'no_devmapper', 'no_aufs'],
  });
}
